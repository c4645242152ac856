/** @module-tag slow */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { answering, type Order, type Service, startService } from '../../support/service.ts';
import { hasTerminal, runOnTerminal } from '../../support/terminal.ts';

interface Check {
  check: string;
  state: 'ok' | 'warning' | 'error';
  message: string;
  hint: string | null;
  code: string | null;
}

const key = 'rk_test_0123456789abcdef';

/** What `doctor --json` tells, each time with a look that no key got out. */
async function examine(machine: Machine, ...words: string[]) {
  const { stdout, stderr, exitCode } = await run(machine, ['doctor', '--json', ...words]);
  expect(stdout + stderr).not.toContain('0123456789');
  const checks = String(stdout)
    .split('\n')
    .map((line) => JSON.parse(line) as Check);
  return {
    exitCode,
    stderr: String(stderr),
    checks,
    wrong: checks.filter(({ state }) => state !== 'ok'),
    of: (name: string) => checks.filter(({ check }) => check === name),
  };
}

/** A service with an account of so many cents, that must never be asked for a picture. */
async function accountService(cents: number): Promise<Service> {
  const service = await startService();
  service.always('other', (call, response, usual) => {
    const order = call.path === '/api/v1/me/balance' ? answering(200, { balance_cents: cents }) : prices;
    order(call, response, usual);
  });
  return service;
}

const prices: Order = answering(200, {
  price_schedules: [
    {
      service: 'imagen-4',
      action: 'text_to_image',
      model: 'imagen-4',
      pricing_status: 'available',
      unit_price_cents: 8,
      currency: 'USD',
    },
  ],
});

async function settingsFile(machine: Machine, text: string, mode = 0o600): Promise<string> {
  const folder = join(machine.home, '.config', 'runapi-imagen');
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'config.json');
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

describe('a machine on which all is well', () => {
  test('is told so line by line, and nothing is bought', async () => {
    const machine = await newMachine();
    const service = await accountService(1234);
    const { stdout, stderr, exitCode } = await run(machine, ['doctor', '--base-url', service.url]);
    const host = new URL(service.url).host;
    expect(String(stdout).split('\n')).toEqual([
      `✔ node       ${process.version} (${process.execPath})`,
      expect.stringMatching(/^✔ version {4}\d+\.\d+\.\d+ \(.*runapi-imagen\.[cm]js\)$/),
      `✔ settings   none yet (${machine.home}/.config/runapi-imagen/config.json)`,
      '✔ key        …cdef, from RUNAPI_API_KEY',
      `✔ address    ${service.url}, from --base-url`,
      '✔ api        not known yet: the first picture will tell',
      '✔ proxy      none',
      expect.stringMatching(
        `^✔ service    ${host} accepts the key: \\$12\\.34 left, imagen-4 costs \\$0\\.08 \\(\\d+ ms\\)$`,
      ),
      `✔ pictures   ${machine.folder}`,
      `✔ record     ${machine.home}/.local/state/runapi-imagen/runs (will be created)`,
      '✔ terminal   stdout is not a terminal, stderr is not a terminal: plain lines, no colour',
    ]);
    expect(stderr).toContain('generate would work. Try it: runapi-imagen generate "a mug"');
    expect(exitCode).toBe(0);
    expect(service.calls.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  test('with --sandbox the sandbox is asked, and no key is needed', async () => {
    const { stdout, exitCode } = await run(await newMachine(), ['doctor', '--sandbox'], {
      env: { RUNAPI_API_KEY: '' },
    });
    expect(stdout).toMatch(/^✔ service {4}the sandbox accepts the key: \$1000\.00 left/m);
    expect([exitCode, String(stdout).includes('key        ')]).toEqual([0, false]);
  });

  test('is left as it was', async () => {
    const machine = await newMachine();
    await examine({ ...machine, env: { ...machine.env, RUNAPI_BASE_URL: 'http://127.0.0.1:1' } });
    expect(await filesIn(machine.home)).toEqual([]);
    expect(await filesIn(machine.folder)).toEqual([]);
  });

  test('has the form of its API told once a picture was made', async () => {
    const machine = await newMachine();
    const service = await startService({ dialect: 'service' });
    await run(machine, ['generate', 'a mug', '--base-url', service.url]);
    const { of } = await examine(machine, '--base-url', service.url);
    expect(of('api')).toMatchObject([{ state: 'ok', message: 'the service form, as earlier calls showed' }]);
  });
});

describe('what the service says', () => {
  test('a model of the settings that it no longer sells is an error with exit code 4', async () => {
    const machine = await newMachine();
    await settingsFile(machine, '{"model":"old-model"}');
    const { url } = await accountService(1234);
    const { wrong, exitCode } = await examine(machine, '--base-url', url);
    expect(wrong).toMatchObject([{ check: 'service', state: 'error', code: 'validation' }]);
    expect(wrong[0]?.message).toContain('$12.34 left; old-model is no longer sold');
    expect(exitCode).toBe(4);
  });

  test('a refused key is an error with exit code 2', async () => {
    const service = await startService();
    service.always('other', answering(401, { error: 'Invalid API key' }));
    const { wrong, exitCode, stderr } = await examine(await newMachine(), '--base-url', service.url);
    expect(wrong).toMatchObject([
      {
        check: 'service',
        state: 'error',
        message: `${new URL(service.url).host} rejects the key: Invalid API key`,
        code: 'authentication',
      },
    ]);
    expect(wrong[0]?.hint).toContain('config set api-key');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('generate would fail: 1 problem to fix');
  });

  test.each([[0], [7]])('an account with %i cents is an error with exit code 3', async (cents) => {
    const service = await accountService(cents);
    const { wrong, exitCode } = await examine(await newMachine(), '--base-url', service.url);
    expect(wrong).toMatchObject([{ check: 'service', code: 'insufficient_credits' }]);
    expect(exitCode).toBe(3);
  });

  test.each([
    [404, { error: 'no such route' }, 'has no account page'],
    [429, { error: 'slow down' }, 'slow down'],
    [200, 'a page', 'not JSON'],
  ])('%i is a warning: a generate may work all the same', async (status, body, words) => {
    const service = await startService();
    service.always('other', answering(status, body));
    const { wrong, exitCode } = await examine(await newMachine(), '--base-url', service.url);
    expect(wrong).toMatchObject([{ check: 'service', state: 'warning', hint: expect.any(String) }]);
    if (typeof body !== 'string') expect(wrong[0]?.message).toContain(words);
    expect(exitCode).toBe(0);
  });

  test('trouble there is an error with exit code 8', async () => {
    const service = await startService();
    service.always('other', answering(503, { error: 'maintenance' }));
    const { wrong, exitCode } = await examine(await newMachine(), '--base-url', service.url);
    expect(wrong).toMatchObject([{ check: 'service', code: 'service_unavailable' }]);
    expect(wrong[0]?.message).toContain('maintenance');
    expect(exitCode).toBe(8);
  });

  test('nobody there is an error with exit code 8', async () => {
    const { wrong, exitCode } = await examine(await newMachine(), '--base-url', 'http://127.0.0.1:1');
    expect(wrong).toMatchObject([{ check: 'service', message: '127.0.0.1:1 refused the connection' }]);
    expect(exitCode).toBe(8);
  });

  test('somebody there who never answers is waited for ten seconds and no longer', async () => {
    const service = await startService();
    service.always('other', () => undefined);
    const { wrong, exitCode } = await examine(await newMachine(), '--base-url', service.url);
    expect(wrong).toMatchObject([{ check: 'service', code: 'network' }]);
    expect(wrong[0]?.message).toContain('did not answer within 10s');
    expect(exitCode).toBe(8);
  });

  test('the way to it through a proxy is told without its password', async () => {
    const machine = await newMachine();
    machine.env.HTTPS_PROXY = 'http://someone:secret@127.0.0.1:1';
    machine.env.NO_PROXY = 'example.com';
    const { of, checks } = await examine(machine, '--base-url', 'https://imagen.invalid');
    expect(of('proxy')[0]?.message).toBe('127.0.0.1:1, from HTTPS_PROXY');
    expect(JSON.stringify(checks)).not.toContain('secret');
  });

  test.each(['http://u:12/34secret@127.0.0.1:1', 'http://u:1#secret@h:1', 'http://u:a@secret@127.0.0.1:99999'])(
    'a proxy whose address is read otherwise than meant is told without a part of its password: %s',
    async (proxy) => {
      const machine = await newMachine();
      machine.env.HTTPS_PROXY = proxy;
      const { of, checks, exitCode } = await examine(machine, '--base-url', 'https://imagen.invalid');
      expect(of('proxy')).toMatchObject([
        { state: 'error', message: 'HTTPS_PROXY is not a usable address of a proxy' },
      ]);
      expect(JSON.stringify(checks)).not.toMatch(/secret|u:1/);
      expect(exitCode).toBe(4);
    },
  );

  test.skipIf(!hasTerminal)('each line fits the terminal, broken between words (needs script)', async () => {
    const machine = await newMachine();
    delete machine.env.RUNAPI_API_KEY;
    const { screen } = await runOnTerminal(machine, ['doctor', '--no-color'], {}, { columns: 60, rows: 40 });
    const lines = screen.toString().split('\r\n');
    const at = lines.findIndex((line) => line.startsWith('✘ key'));
    expect(lines.slice(at, at + 5)).toEqual([
      '✘ key        no RunAPI key found',
      '             → Get a key from the dashboard of your account',
      '             at https://runapi.ai, then set RUNAPI_API_KEY',
      '             or run: runapi-imagen config set api-key (or',
      '             try --sandbox, free of charge)',
    ]);
  });
});

describe('the key', () => {
  test('that is nowhere is an error with exit code 2 and what to do', async () => {
    const machine = await newMachine();
    delete machine.env.RUNAPI_API_KEY;
    const { wrong, exitCode } = await examine(machine);
    expect(wrong).toMatchObject([
      { check: 'key', state: 'error', message: 'no RunAPI key found', code: 'authentication' },
    ]);
    expect(wrong[0]?.hint).toContain('config set api-key');
    expect(wrong[0]?.hint).toContain('https://runapi.ai');
    expect(exitCode).toBe(2);
  });

  test('that was not filled in is told, and the next place gives the good one', async () => {
    const machine = await newMachine();
    const service = await accountService(500);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what an agent passes on
    machine.env.RUNAPI_API_KEY = '${RUNAPI_API_KEY}';
    await settingsFile(machine, JSON.stringify({ apiKey: '""' }));
    const cli = join(machine.home, '.config', 'runapi');
    await mkdir(cli);
    await writeFile(join(cli, 'config.json'), JSON.stringify({ api_key: `"${key}"` }));
    const { of, exitCode } = await examine(machine, '--base-url', service.url);
    expect(of('key').map(({ state, message }) => `${state}: ${message.replace(machine.home, '')}`)).toEqual([
      'ok: …cdef, from RunAPI CLI (/.config/runapi/config.json)',
      'warning: the key in RUNAPI_API_KEY is a placeholder that was not filled in',
      'warning: the key in the settings (/.config/runapi-imagen/config.json) holds only spaces or quotes',
    ]);
    expect(service.calls[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(exitCode).toBe(0);
  });

  test('in several places is told, and where they differ', async () => {
    const machine = await newMachine();
    const service = await accountService(500);
    const settings = await settingsFile(machine, JSON.stringify({ apiKey: 'rk_0123456789_other' }));
    const cli = join(machine.home, '.config', 'runapi');
    await mkdir(cli);
    await writeFile(join(cli, 'config.json'), JSON.stringify({ api_key: key }));
    const { of, exitCode } = await examine(machine, '--base-url', service.url);
    expect(of('key')).toMatchObject([
      { state: 'ok', message: '…cdef, from RUNAPI_API_KEY' },
      {
        state: 'warning',
        message: `another key, …ther, is in the settings (${settings}): not used, RUNAPI_API_KEY comes first`,
        hint: 'Keep the one that is right',
      },
      { state: 'ok', message: `the same key is in RunAPI CLI (${cli}/config.json)` },
    ]);
    expect(exitCode).toBe(0);
  });

  test('of a broken foreign file is passed over and told', async () => {
    const machine = await newMachine();
    const service = await accountService(500);
    await mkdir(join(machine.home, '.hermes'));
    await writeFile(join(machine.home, '.hermes', 'config.yaml'), 'a: [rk_0123456789abcdef');
    const { of, exitCode } = await examine(machine, '--base-url', service.url);
    expect(of('key')).toMatchObject([{ state: 'ok' }, { state: 'warning' }]);
    expect(of('key')[1]?.message).toContain('config.yaml is not valid YAML (line 1)');
    expect(exitCode).toBe(0);
  });
});

describe('settings and folders', () => {
  test('a broken settings file is named, and the rest is looked at all the same', async () => {
    const machine = await newMachine();
    const service = await accountService(500);
    const path = await settingsFile(machine, '{"model":');
    const { wrong, exitCode } = await examine(machine, '--base-url', service.url);
    expect(wrong).toMatchObject([{ check: 'settings', state: 'warning' }]);
    expect(wrong[0]?.message).toContain(`${path} is not JSON`);
    expect(exitCode).toBe(0);
  });

  test.skipIf(process.platform === 'win32')(
    'a settings file with a key that others may read is named with the command that mends it (needs modes)',
    async () => {
      const machine = await newMachine();
      const service = await accountService(500);
      const path = await settingsFile(machine, JSON.stringify({ apiKey: key }), 0o644);
      const { wrong, exitCode } = await examine(machine, '--base-url', service.url);
      expect(wrong).toMatchObject([{ check: 'settings', state: 'warning', hint: `chmod 600 ${path}` }]);
      expect(exitCode).toBe(0);
    },
  );

  test('settings that exclude each other are an error with exit code 4', async () => {
    const machine = await newMachine();
    const service = await accountService(500);
    await settingsFile(machine, JSON.stringify({ model: 'imagen-4', ratio: 'auto' }));
    const { wrong, exitCode } = await examine(machine, '--base-url', service.url);
    expect(wrong).toMatchObject([{ check: 'settings', state: 'error', code: 'validation' }]);
    expect(exitCode).toBe(4);
  });

  test('an address that is not safe for a key is an error with exit code 4, and is not asked', async () => {
    const machine = await newMachine();
    machine.env.RUNAPI_BASE_URL = 'http://example.com';
    const { wrong, of, exitCode } = await examine(machine);
    expect(wrong).toMatchObject([{ check: 'address', code: 'validation' }]);
    expect(of('service')).toEqual([]);
    expect(exitCode).toBe(4);
  });

  test('a folder for pictures that cannot be made is an error with exit code 9', async () => {
    const machine = await newMachine();
    const service = await accountService(500);
    await settingsFile(machine, JSON.stringify({ dir: '/dev/null/x' }));
    const { wrong, exitCode } = await examine(machine, '--base-url', service.url);
    expect(wrong).toMatchObject([{ check: 'pictures', code: 'download' }]);
    expect(exitCode).toBe(9);
  });

  test('a record that cannot be kept is an error: a generate would refuse to buy', async () => {
    const machine = await newMachine();
    const service = await accountService(500);
    machine.env.XDG_STATE_HOME = '/dev/null';
    const { wrong, exitCode } = await examine(machine, '--base-url', service.url);
    expect(wrong).toMatchObject([{ check: 'record', code: 'internal' }]);
    expect(exitCode).toBe(1);
    expect((await run(machine, ['generate', 'a mug', '--base-url', service.url])).exitCode).toBe(1);
  });

  test('tasks of interrupted runs are named with the command that finishes them', async () => {
    const machine = await newMachine();
    const service = await startService({ runningLooks: 1000 });
    const timed = ['--timeout', '2s', '--poll-interval', '50ms'];
    const { exitCode } = await run(machine, ['generate', 'a mug', ...timed, '--base-url', service.url]);
    expect(exitCode).toBe(5);
    const { of } = await examine(machine, '--base-url', service.url);
    expect(of('record')).toMatchObject([{ state: 'warning', hint: 'runapi-imagen resume' }]);
    expect(of('record')[0]?.message).toContain('1 unfinished task of an interrupted run');
  });
});
