/** @module-tag slow */
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';
import { hasTerminal, runOnTerminal } from '../../support/terminal.ts';

/** A machine without a key in its environment. */
async function bare(): Promise<Machine> {
  const machine = await newMachine();
  return { ...machine, env: { ...machine.env, RUNAPI_API_KEY: '' } };
}

function settingsOf({ home }: Machine): string {
  return join(home, '.config/runapi-imagen/config.json');
}

async function store(machine: Machine, text: string): Promise<string> {
  const path = settingsOf(machine);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

describe('a setting', () => {
  test('is set, read, listed with its source, and removed', async () => {
    const machine = await bare();
    const path = settingsOf(machine);
    const set = await run(machine, ['config', 'set', 'model', 'imagen-4-fast']);
    expect({ exit: set.exitCode, out: set.stdout, err: set.stderr }).toEqual({
      exit: 0,
      out: '',
      err: `model is set in ${path}`,
    });
    expect((await run(machine, ['config', 'get', 'model'])).stdout).toBe('imagen-4-fast');
    expect((await run(machine, ['config', 'list'])).stdout.split('\n')).toEqual([
      'api-key\tnot set\tthe default',
      `model\timagen-4-fast\t${path}`,
      'ratio\tnot set\tthe default',
      'dir\t.\tthe default',
      'output\t{prompt}-{task}.{ext}\tthe default',
      'timeout\t15m\tthe default',
      'max-cost\tnot set\tthe default',
      'base-url\thttps://runapi.ai\tthe default',
      'api\tauto\tthe default',
    ]);
    const unset = await run(machine, ['config', 'unset', 'model']);
    expect({ exit: unset.exitCode, err: unset.stderr }).toEqual({ exit: 0, err: 'model is not set' });
    expect((await run(machine, ['config', 'get', 'model', '--json'])).stdout).toBe(
      '{"name":"model","value":"imagen-4","source":"the default"}',
    );
  });

  test.each([['ratio'], ['api-key']])('%s that is not set is told with exit code 1', async (name) => {
    const machine = await bare();
    const plain = await run(machine, ['config', 'get', name]);
    expect({ exit: plain.exitCode, out: plain.stdout, err: plain.stderr }).toEqual({
      exit: 1,
      out: '',
      err: `${name} is not set`,
    });
    const json = await run(machine, ['config', 'get', name, '--json']);
    expect({ exit: json.exitCode, object: JSON.parse(json.stdout) }).toEqual({
      exit: 1,
      object: { name, value: null, source: 'the default' },
    });
  });

  test.skipIf(!hasTerminal)('lines up with the others on a terminal and fits it (needs script)', async () => {
    const machine = await bare();
    await run(machine, ['config', 'set', 'dir', `/pictures/${'deep/'.repeat(20)}`]);
    const { screen } = await runOnTerminal(machine, ['config', 'list'], {}, { columns: 50, rows: 24 });
    const lines = screen.toString().trim().split('\r\n');
    expect(lines).toHaveLength(9);
    const sources = lines.map((line) => line.search(/(the default|\/tmp\S*)$/));
    expect(new Set(sources).size).toBe(1);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(50);
  });

  test('that looks like a key is not repeated', async () => {
    const key = 'sk-live-AUDITKEY-0123456789abcdef';
    const { exitCode, stdout, stderr } = await run(await bare(), ['config', 'set', 'model', key]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr).toContain('error: Invalid model "…cdef": use a name such as imagen-4');
    expect(stderr).not.toContain('0123456789');
  });

  test.each([
    ['model', 'a model', 'Invalid model "a model": use a name such as imagen-4'],
    ['models.imagen-4.ratio', '5:5', 'Invalid models.imagen-4.ratio "5:5": imagen-4 supports 1:1'],
    [
      'ratio',
      '5:5',
      'Invalid ratio "5:5": Imagen 4 supports 1:1, 16:9, 9:16, 3:4 and 4:3, and auto with imagen-4-fast; the nearest is 1:1; for another model set models.NAME.ratio.',
    ],
    ['timeout', 'soon', 'Invalid timeout "soon": use a duration such as 90s or 15m.'],
    ['output', '{x}', 'Invalid output "{x}": unknown word {x}; the words are {prompt} {task}'],
    ['api', 'both', 'Invalid api "both": use auto, guide or service.'],
    ['base-url', 'http://example.com', 'base-url: http://example.com is not safe for a key'],
    ['modle', 'fast', 'unknown setting "modle"; did you mean model?'],
    ['dir', '', 'dir is empty.'],
    ['dir', '~alice', 'Invalid dir "~alice": write the path out, or begin with ./.'],
    ['output', '~bob/x', 'Invalid output "~bob/x": write the path out, or begin with ./.'],
  ])('%s takes no %s', async (name, value, problem) => {
    const machine = await bare();
    const { exitCode, stdout, stderr } = await run(machine, ['config', 'set', name, value]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr.startsWith(`error: ${problem}`)).toBe(true);
    expect(stderr.split('\n').length).toBeLessThanOrEqual(2);
    expect(await filesIn(machine.home)).toEqual([]);
  });

  test('counts where no flag says otherwise', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    for (const [name, value] of [
      ['model', 'ultra'],
      ['ratio', '3:4'],
      ['dir', 'shots'],
      ['output', '{model}'],
      ['base-url', `${service.url}/v1`],
    ])
      await run(machine, ['config', 'set', String(name), String(value)]);
    const plain = await run(machine, ['generate', 'a mug']);
    expect(plain.stdout).toBe('shots/imagen-4-ultra.png');
    expect(JSON.parse(service.calls[0]?.body ?? '')).toMatchObject({ model: 'imagen-4-ultra', aspect_ratio: '3:4' });
    const flagged = await run(machine, ['generate', 'a mug', '-m', 'fast', '-r', '1:1', '-d', '.', '-o', 'own.png']);
    expect(flagged.stdout).toBe('own.png');
    expect([...service.tasks.values()].map(({ body }) => JSON.parse(body))[1]).toMatchObject({
      model: 'imagen-4-fast',
      aspect_ratio: '1:1',
    });
  });
});

describe('the key', () => {
  test('is read from stdin, stored for its owner alone and shown by its end', async () => {
    const machine = await bare();
    const path = settingsOf(machine);
    const set = await run(machine, ['config', 'set', 'api-key'], { input: ' rk_live_0123456789wxyz\n' });
    expect({ exit: set.exitCode, out: set.stdout, err: set.stderr }).toEqual({
      exit: 0,
      out: '',
      err: `api-key is set in ${path}\nTry it: runapi-imagen generate "a mug"`,
    });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ apiKey: 'rk_live_0123456789wxyz' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect((await run(machine, ['config', 'get', 'api-key'])).stdout).toBe('…wxyz');
    const listed = await run(machine, ['config', 'list']);
    expect(listed.stdout.split('\n')[0]).toBe(`api-key\t…wxyz\tthe settings (${path})`);
  });

  test.each([
    ['"rk_live_0123456789wxyz"', 'rk_live_0123456789wxyz'],
    ["'rk_live_0123456789wxyz'\n", 'rk_live_0123456789wxyz'],
  ])('loses its quotes: %s', async (input, apiKey) => {
    const machine = await bare();
    await run(machine, ['config', 'set', 'api-key'], { input });
    expect(JSON.parse(await readFile(settingsOf(machine), 'utf8'))).toEqual({ apiKey });
  });

  test('that was not filled in is refused', async () => {
    const machine = await bare();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what people forget to fill in
    const { exitCode, stderr } = await run(machine, ['config', 'set', 'api-key'], { input: '${KEY}' });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr: 'error: the key is a placeholder that was not filled in',
    });
    expect(await filesIn(machine.home)).toEqual([]);
  });

  test('is never taken from the command line, nor is nothing', async () => {
    const machine = await bare();
    const typed = await run(machine, ['config', 'set', 'api-key', 'rk_live_0123456789wxyz']);
    expect({ exit: typed.exitCode, out: typed.stdout }).toEqual({ exit: 4, out: '' });
    expect(typed.stderr).toContain('it was not stored');
    const nothing = await run(machine, ['config', 'set', 'api-key']);
    expect({ exit: nothing.exitCode, err: nothing.stderr }).toEqual({
      exit: 4,
      err: 'error: no key was given: nothing was changed\nPipe it in: runapi-imagen config set api-key < key.txt',
    });
    expect(await filesIn(machine.home)).toEqual([]);
  });

  test.each([
    ['RUNAPI_API_KEY', { RUNAPI_API_KEY: 'rk_environment_1' }, true, '…nt_1', 'RUNAPI_API_KEY'],
    ['then the settings', {}, true, '…gs_2', 'the settings ('],
    ["then RunAPI's own CLI", {}, false, '…li_3', 'RunAPI CLI ('],
  ])('%s', async (_, env, stored, shown, source) => {
    const machine = await bare();
    if (stored) await store(machine, '{"apiKey":"rk_in_settings_2"}');
    await mkdir(join(machine.home, '.config/runapi'), { recursive: true });
    await writeFile(
      join(machine.home, '.config/runapi/config.json'),
      '{"api_key":"rk_of_the_cli_3","base_url":"https://cli.example/v1"}',
    );
    const { stdout } = await run(machine, ['config', 'list', '--json'], { env: { ...machine.env, ...env } });
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ name: 'api-key', value: shown });
    expect(lines[0].source.startsWith(source)).toBe(true);
    const base = lines.find(({ name }) => name === 'base-url');
    expect(base.value).toBe(source.startsWith('RunAPI CLI') ? 'https://cli.example' : 'https://runapi.ai');
  });
});

describe('the address of the service', () => {
  test.each([
    [
      '--base-url',
      ['--base-url', 'https://flag.example'],
      { RUNAPI_BASE_URL: 'https://env.example' },
      'https://flag.example',
    ],
    ['RUNAPI_BASE_URL', [], { RUNAPI_BASE_URL: 'https://env.example/v1' }, 'https://env.example'],
    ['the setting', [], {}, 'https://set.example'],
  ])('%s', async (_, words, env, base) => {
    const machine = await bare();
    await store(machine, '{"baseUrl":"https://set.example/v1"}');
    const { stdout } = await run(machine, ['config', 'get', 'base-url', ...words], { env: { ...machine.env, ...env } });
    expect(stdout).toBe(base);
  });

  test('config list works where it is unusable, and says so', async () => {
    const machine = await bare();
    const { exitCode, stdout, stderr } = await run(machine, ['config', 'list'], {
      env: { ...machine.env, RUNAPI_BASE_URL: 'runapi' },
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'warning: RUNAPI_BASE_URL: "runapi" is not a URL' });
    expect(stdout).toContain('base-url\tnot set\tinvalid: see the warning');
  });
});

describe('a broken settings file', () => {
  const broken = [
    ['torn', '{"model":', 'is not JSON: fix it, or remove it and use config set'],
    ['a list', '[]', 'does not hold an object: fix it, or remove it and use config set'],
  ] as const;

  test.each(broken)('(%s) is told by config, which works, and by generate', async (_, text, problem) => {
    const machine = await bare();
    const path = await store(machine, text);
    const list = await run(machine, ['config', 'list']);
    expect({ exit: list.exitCode, err: list.stderr }).toEqual({ exit: 0, err: `warning: ${path} ${problem}` });
    expect(list.stdout.split('\n')).toHaveLength(9);
    expect((await run(machine, ['config', 'path'])).stdout).toBe(path);
    const make = await run(machine, ['generate', 'a mug']);
    expect(make.exitCode).toBe(2);
    expect(make.stderr.split('\n').slice(0, 2)).toEqual([`warning: ${path} ${problem}`, 'error: no RunAPI key found']);
  });

  test('is never overwritten', async () => {
    const machine = await bare();
    const path = await store(machine, '{"apiKey":"rk_live_0123');
    for (const words of [
      ['set', 'model', 'fast'],
      ['unset', 'model'],
    ]) {
      const { exitCode, stderr } = await run(machine, ['config', ...words]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 4,
        stderr: `error: ${path} cannot be written: it is not JSON\nFix or remove the file, then try again`,
      });
    }
    expect(await readFile(path, 'utf8')).toBe('{"apiKey":"rk_live_0123');
  });

  test('with one wrong value keeps the others', async () => {
    const machine = await bare();
    const path = await store(machine, '{"model":"a model","ratio":"16:9","timeout":true,"later":{"x":1}}');
    const { exitCode, stdout, stderr } = await run(machine, ['config', 'list']);
    expect({ exitCode, lines: stderr.split('\n') }).toEqual({
      exitCode: 0,
      lines: [
        `warning: ${path}: Invalid setting model "a model": use a name such as imagen-4; the command models lists all. The command config set model changes it.`,
        `warning: ${path}: setting timeout is not text. The command config set timeout changes it.`,
      ],
    });
    expect(stdout).toContain(`ratio\t16:9\t${path}`);
    await run(machine, ['config', 'set', 'model', 'fast']);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      model: 'fast',
      ratio: '16:9',
      timeout: true,
      later: { x: 1 },
    });
  });
});

describe('a setting that cannot be used', () => {
  test.each([
    [
      'ratio',
      'auto',
      4,
      /^error: Invalid setting ratio "auto": only imagen-4-fast supports auto; .* The command config set ratio changes it\.$/m,
    ],
    [
      'model',
      'imagen-9',
      4,
      /^error: the sandbox has no model "imagen-9".*\n.* It is the setting model: the command config set model changes it$/m,
    ],
    [
      'dir',
      '/dev/null/x',
      9,
      /^error: cannot write \/dev\/null\/x: .*\n.*, or change the setting dir: config set dir$/m,
    ],
    [
      'output',
      '/dev/null/x/{prompt}',
      9,
      /^error: cannot write \/dev\/null\/x: .*\n.*, or change the setting output: config set output$/m,
    ],
    [
      'timeout',
      'soon',
      0,
      /^warning: \S+: Invalid setting timeout "soon": .* The command config set timeout changes it\.$/m,
    ],
    [
      'maxCost',
      'much',
      4,
      /^error: Invalid setting max-cost "much": .* The command config set max-cost changes it\.$/m,
    ],
    [
      'maxCost',
      '0.05',
      3,
      /^error: the picture costs \$0\.08 now: more than the setting max-cost \$0\.05\n.*, or config set max-cost 0\.08$/m,
    ],
  ])('%s %s is named, with the command that changes it', async (name, value, exit, told) => {
    const machine = await bare();
    await store(machine, JSON.stringify({ [name]: value }));
    const { exitCode, stderr } = await run(machine, ['generate', 'a mug', '--sandbox']);
    expect(stderr).toMatch(told);
    expect(exitCode).toBe(exit);
  });

  test('as the address names the setting, not the file alone', async () => {
    const machine = await newMachine();
    await store(machine, '{"baseUrl":"ftp://x"}');
    const { exitCode, stderr } = await run(machine, ['generate', 'a mug']);
    expect(stderr).toContain('setting base-url (config set base-url changes it): ftp://x is not safe for a key');
    expect(exitCode).toBe(4);
  });

  test('as a limit stops no download, and a number written by hand counts', async () => {
    const machine = await bare();
    await store(machine, '{"maxCost":"much"}');
    const made = await run(machine, ['generate', 'a mug', '--sandbox', '--max-cost', '1', '--json']);
    expect(made.exitCode).toBe(0);
    const { task_id } = JSON.parse(made.stdout);
    const status = await run(machine, ['status', task_id]);
    expect([status.exitCode, status.stdout]).toEqual([0, expect.stringContaining('completed')]);
    await store(machine, '{"maxCost":0.05}');
    const { exitCode, stderr } = await run(machine, ['generate', 'a mug', '--sandbox']);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('the setting max-cost $0.05')]);
  });
});

test('the settings go where XDG_CONFIG_HOME says', async () => {
  const machine = await bare();
  const env = { ...machine.env, XDG_CONFIG_HOME: join(machine.folder, 'xdg') };
  await run(machine, ['config', 'set', 'ratio', '1:1'], { env });
  expect((await run(machine, ['config', 'path'], { env })).stdout).toBe(
    join(machine.folder, 'xdg/runapi-imagen/config.json'),
  );
  expect(await filesIn(machine.home)).toEqual([]);
});

describe.skipIf(process.platform === 'win32')('a settings file that is not to be believed (needs modes)', () => {
  test('because others can write it sends the key nowhere, and is not written to', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const path = await store(machine, JSON.stringify({ baseUrl: service.url }));
    await chmod(path, 0o666);
    const env = { ...machine.env, HTTPS_PROXY: 'http://127.0.0.1:1' };
    const problem = `${path} can be written by other users and was skipped: chmod go-w it`;
    const made = await run(machine, ['generate', 'a mug'], { env });
    expect(made.exitCode).toBe(8);
    expect(made.stderr).toContain(`warning: ${problem}`);
    expect(service.calls).toEqual([]);
    const set = await run(machine, ['config', 'set', 'model', 'fast']);
    expect({ exitCode: set.exitCode, stderr: set.stderr }).toEqual({
      exitCode: 4,
      stderr: `error: ${problem}\nFix or remove the file, then try again`,
    });
    expect(await readFile(path, 'utf8')).toBe(JSON.stringify({ baseUrl: service.url }));
  });

  test('because it is a pipe holds nothing up', async () => {
    const machine = await bare();
    const path = settingsOf(machine);
    await mkdir(dirname(path), { recursive: true });
    await execa('mkfifo', [path]);
    for (const words of [['list'], ['set', 'model', 'fast']]) {
      const { stderr, timedOut } = await run(machine, ['config', ...words], { timeout: 20_000 });
      expect(timedOut).toBe(false);
      expect(stderr).toContain(`${path} is not a regular file and was skipped`);
    }
  });
});
