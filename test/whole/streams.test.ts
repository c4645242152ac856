/** @module-tag slow */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { execa } from 'execa';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { bin, filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { answering, startService } from '../support/service.ts';

/** Through a shell, for what only a shell can do to streams. `$run` is the program. */
function shell(machine: Machine, line: string) {
  const env = { ...machine.env, run: `${process.execPath} ${bin}` };
  return execa('sh', ['-c', line], { cwd: machine.folder, env, extendEnv: false, reject: false, stdin: 'ignore' });
}

/** Larger than any pipe's buffer: noise does not compress. */
function largePng(): Buffer {
  const data = new Uint8Array(randomBytes(256 * 256 * 3));
  return Buffer.from(encode({ width: 256, height: 256, data, channels: 3, depth: 8 }));
}

describe('stdout carries data only', () => {
  test('the saved path, alone', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const { exitCode, stdout, stderr } = await run(machine, ['generate', 'a mug', '--base-url', service.url]);
    const [file] = await filesIn(machine.folder);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: file });
    expect(stderr).toMatch(/✔ a mug 16×16 PNG, \d+ B · \d\.\ds · cost unknown$/);
  });

  test('a path outside the current folder is absolute, and one that begins with a dash is no flag', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const elsewhere = await run(machine, ['generate', 'a mug', '--dir', machine.home, '--base-url', service.url]);
    expect(isAbsolute(elsewhere.stdout) && existsSync(elsewhere.stdout)).toBe(true);
    const dashed = await run(machine, ['generate', 'a mug', '-o', '-x.png', '--base-url', service.url]);
    expect({ exitCode: dashed.exitCode, stdout: dashed.stdout }).toEqual({ exitCode: 0, stdout: './-x.png' });
  });

  test('--json prints one whole object a task', async () => {
    const service = await startService({ dialect: 'service', runningLooks: 0 });
    const machine = await newMachine();
    const words = ['generate', 'mug with HELLO', '-r', '16:9', '--negative', 'text', '--seed', '7', '--json'];
    const { exitCode, stdout } = await run(machine, [...words, '--base-url', service.url]);
    const [task] = service.tasks.values();
    const path = join(machine.folder, `mug-with-hello-${task?.id.slice(-8)}.png`);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      task_id: task?.id,
      status: 'completed',
      model: 'imagen-4',
      prompt: 'mug with HELLO',
      aspect_ratio: '16:9',
      negative_prompt: 'text',
      seed: 7,
      images: [
        {
          url: `${service.url}/files/${task?.id}/0.png`,
          expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          path,
          bytes: service.picture.length,
          mime: 'image/png',
          width: 16,
          height: 16,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      cost: expect.objectContaining({ currency: 'USD', reserved_cents: 8, refunded: false }),
      replayed: false,
      reused: false,
      sandbox: false,
      server: service.url,
      created_at: expect.stringMatching(/Z$/),
      elapsed_ms: expect.any(Number),
      resume: null,
      error: null,
    });
    expect(await readFile(path)).toEqual(service.picture);
  });

  test('--json-schema describes every field of those lines', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const schema = JSON.parse((await run(machine, ['generate', '--json-schema'])).stdout);
    const { stdout } = await run(machine, ['generate', 'a mug', '--json', '--base-url', service.url]);
    const [task, failure] = schema.anyOf;
    expect(Object.keys(JSON.parse(stdout)).filter((field) => !(field in task.properties))).toEqual([]);
    expect(task.required.filter((field: string) => !(field in JSON.parse(stdout)))).toEqual([]);
    expect(failure.required).toEqual(['error']);
  });

  test('many tasks are many lines, a failure among them', async () => {
    const service = await startService({ runningLooks: 0 });
    service.next('create', answering(422, { error: 'too rude' }));
    const machine = await newMachine();
    const words = ['generate', 'a mug', '--count', '3', '--json', '--base-url', service.url];
    const { exitCode, stdout } = await run(machine, words);
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    expect(exitCode).toBe(10);
    expect(lines.map(({ status }) => status).sort()).toEqual(['completed', 'completed', 'failed']);
    expect(lines.find(({ status }) => status === 'failed')).toMatchObject({
      task_id: null,
      prompt: 'a mug',
      error: { code: 'validation', message: 'too rude' },
    });
  });

  test('--no-wait prints the id, --no-download the URL, and each names the command that comes next', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const submitted = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
    const [task] = service.tasks.values();
    expect(submitted.stdout).toBe(task?.id);
    expect(submitted.stderr.split('\n').at(-1)).toBe(`Fetch it: runapi-imagen download ${task?.id} --wait`);
    const looked = await run(machine, ['generate', 'b', '--no-download', '--base-url', service.url]);
    const [, other] = service.tasks.values();
    expect(looked.stdout).toBe(`${service.url}/files/${other?.id}/0.png`);
    expect(looked.stderr.split('\n').at(-1)).toBe(`Save it within 7 days: runapi-imagen download ${other?.id}`);
    expect(await filesIn(machine.folder)).toEqual([]);
  });

  test('--quiet says nothing where all is well, and errors all the same', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const { stdout, stderr } = await run(machine, ['generate', 'a mug', '-q', '--base-url', service.url]);
    expect({ files: await filesIn(machine.folder), stderr }).toEqual({ files: [stdout], stderr: '' });
    service.next('create', answering(402, { error: 'no credits' }));
    const failed = await run(machine, ['generate', 'b', '-q', '--base-url', service.url]);
    expect(failed.stderr).toContain('error: no credits');
  });
});

describe('--output - is the picture', () => {
  test('byte for byte, and nothing is saved', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const words = ['generate', 'a mug', '-o', '-', '--base-url', service.url];
    const { exitCode, stdout } = await run(machine, words, { encoding: 'buffer' });
    expect(exitCode).toBe(0);
    expect(Buffer.from(stdout)).toEqual(service.picture);
    expect(await filesIn(machine.folder)).toEqual([]);
  });

  test('whoever reads only the beginning ends it quietly, and can still have the picture', async () => {
    const service = await startService({ runningLooks: 0, pictures: [largePng()] });
    const machine = await newMachine();
    const { stdout, stderr } = await shell(
      machine,
      `{ $run generate 'a mug' -o - --base-url ${service.url}; echo "exit $?" >&2; } | head -c 4 | tail -c 3`,
    );
    const [task] = service.tasks.values();
    expect(stdout).toBe('PNG');
    expect(stderr).toContain('exit 0');
    expect(stderr).not.toContain('error');
    expect(stderr).toContain(`: runapi-imagen download ${task?.id} saves it`);
    const saved = await run(machine, ['download', String(task?.id)]);
    expect(await readFile(join(machine.folder, saved.stdout))).toEqual(service.picture);
  });

  test.skipIf(!existsSync('/dev/full')).each(['--version', '--help', 'generate --help', 'generate --json-schema'])(
    'a full disk is an error for %s (needs /dev/full)',
    async (words) => {
      const { exitCode, stderr } = await shell(await newMachine(), `$run ${words} > /dev/full`);
      expect([exitCode, stderr.split('\n')]).toEqual([
        9,
        ['error: cannot write stdout: the disk is full', 'Free some space, or send the output elsewhere'],
      ]);
    },
  );

  test.skipIf(!existsSync('/dev/full'))('a full disk is an error (needs /dev/full)', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const picture = await shell(machine, `$run generate 'a mug' -q -o - --base-url ${service.url} > /dev/full`);
    expect({ exitCode: picture.exitCode, first: picture.stderr.split('\n')[0] }).toEqual({
      exitCode: 9,
      first: 'error: cannot write stdout: the disk is full',
    });
    const path = await shell(machine, `$run generate 'b' -q --json --base-url ${service.url} > /dev/full`);
    expect({ exitCode: path.exitCode, first: path.stderr.split('\n')[0] }).toEqual({
      exitCode: 9,
      first: 'error: cannot write stdout: the disk is full',
    });
  });
});

describe.skipIf(process.platform === 'win32')('streams that are not there (needs sh)', () => {
  test.concurrent.for([
    ['stdin closed', "$run generate 'a mug' BASE <&-"],
    ['stdout closed', "$run generate 'a mug' BASE >&-"],
    ['stderr closed', "$run generate 'a mug' BASE 2>&-"],
    ['all three closed', "$run generate 'a mug' BASE <&- >&- 2>&-"],
    ['nobody reads stdout', "$run generate 'a mug' BASE | head -c 0"],
    ['nobody reads the JSON', "$run generate 'a mug' --json BASE | head -c 0"],
    ['nobody reads stderr', "$run generate 'a mug' BASE 2>&1 >/dev/null | head -c 0"],
  ] as const)('%s: the picture is saved all the same', async ([, line], { onTestFinished }) => {
    const service = await startService({ runningLooks: 0 }, onTestFinished);
    const machine = await newMachine(onTestFinished);
    const { exitCode, stderr } = await shell(machine, line.replace('BASE', `--base-url ${service.url}`));
    expect(exitCode).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|EBADF|Error:/);
    const [file] = await filesIn(machine.folder);
    expect(await readFile(join(machine.folder, String(file)))).toEqual(service.picture);
  });

  test('a prompt is asked for where stdin is closed', async () => {
    const machine = await newMachine();
    const { exitCode, stdout, stderr } = await shell(machine, '$run generate <&-');
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr).toContain('The prompt is empty: stdin holds nothing');
  });
});

describe('a prompt reaches the service byte for byte, but for white space around it', () => {
  const prompt = ' "Grüße" \\n $HOME `ls`\n\t커피 머그 👩‍🚀 \u0301 ';

  async function sent(words: string[], extra: { input?: string; files?: Record<string, string> } = {}) {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    for (const [name, text] of Object.entries(extra.files ?? {})) await writeFile(join(machine.folder, name), text);
    const stdin = extra.input === undefined ? {} : { input: extra.input };
    const { exitCode, stderr } = await run(
      machine,
      ['generate', ...words, '--no-wait', '--base-url', service.url],
      stdin,
    );
    expect(stderr).toContain('Fetch it');
    expect(exitCode).toBe(0);
    return JSON.parse(service.calls[0]?.body ?? '{}').prompt;
  }

  test('as one word', async () => expect(await sent([prompt])).toBe(prompt.trim()));
  test('as words, joined by a space', async () => expect(await sent(['mug', 'with', 'HELLO'])).toBe('mug with HELLO'));
  test('behind --', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    await run(machine, ['generate', '--no-wait', '--base-url', service.url, '--', '--json', '-x']);
    expect(JSON.parse(service.calls[0]?.body ?? '{}').prompt).toBe('--json -x');
  });
  test('from a pipe', async () => expect(await sent([], { input: `${prompt}\n` })).toBe(prompt.trim()));
  test('from stdin by name', async () => expect(await sent(['-'], { input: prompt })).toBe(prompt.trim()));
  test('from a file', async () => {
    const words = ['--prompt-file', 'prompt.txt'];
    expect(await sent(words, { files: { 'prompt.txt': `${prompt}\r\n` } })).toBe(prompt.trim());
  });
});

test('stdin is not read where the prompt is given: a loop over a file goes on', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const line = `printf 'one\\ntwo\\n' | while read -r word; do $run generate "$word" -q --no-wait --base-url ${service.url}; done`;
  const { stdout } = await shell(machine, line);
  expect(stdout.split('\n')).toHaveLength(2);
  expect([...service.tasks.values()].map(({ body }) => JSON.parse(body).prompt)).toEqual(['one', 'two']);
});

test('no colour and no spinner reaches a pipe', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const { stdout, stderr } = await run(machine, ['generate', 'a mug', '--base-url', service.url]);
  expect(stdout + stderr).not.toContain('\u001b');
  const forced = await run(machine, ['generate', 'b', '--base-url', service.url], {
    env: { ...machine.env, FORCE_COLOR: '1' },
  });
  expect(forced.stdout).not.toContain('\u001b');
  expect(forced.stderr).toContain('\u001b[32m✔');
});
