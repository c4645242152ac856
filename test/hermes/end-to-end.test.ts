/** @module-tag slow */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these variables are Hermes', not TypeScript's
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { has } from '../support/has.ts';
import { filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { type Service, startService } from '../support/service.ts';

const key = 'rk_hermes_0123456789abcdef';

/** A machine with nothing but these files in its home; `URL` in them is the service's address. */
async function machineWith(files: Record<string, string>, service: Service): Promise<Machine> {
  const machine = await newMachine();
  delete machine.env.RUNAPI_API_KEY;
  for (const [name, text] of Object.entries(files)) {
    const path = join(machine.home, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text.replaceAll('URL', `${service.url}/v1`));
  }
  return machine;
}

const list = (fields: string): string => `custom_providers:\n  - {name: runapi, base_url: "URL", ${fields}}\n`;
const map = (fields: string): string => `providers:\n  runapi: {api: "URL", ${fields}}\n`;
const envFile = { '.hermes/.env': `RUNAPI_API_KEY=${key}\n` };

/** What the user has, the variables of the shell, and what `doctor` calls it. */
const setUps: Array<[string, Record<string, string>, Record<string, string>, string]> = [
  [
    "the guide's list, with the key in .env",
    {
      '.hermes/config.yaml':
        'custom_providers:\n  - name: runapi\n    base_url: "URL"\n    key_env: RUNAPI_API_KEY\n    api_mode: chat_completions\n' +
        'model:\n  provider: custom:runapi\n  default: gpt-5.2\n',
      ...envFile,
    },
    {},
    '(provider runapi in HOME/.hermes/config.yaml, key from RUNAPI_API_KEY in HOME/.hermes/.env)',
  ],
  [
    'the map of newer configs',
    {
      '.hermes/config.yaml': `_config_version: 12\n${map('key_env: MY_KEY, transport: chat_completions')}`,
      '.hermes/.env': `export MY_KEY="${key}" # mine\n`,
    },
    {},
    'key from MY_KEY in HOME/.hermes/.env)',
  ],
  [
    'a key in the list itself',
    { '.hermes/config.yaml': list(`api_key: "${key}"`) },
    {},
    '(provider runapi in HOME/.hermes/config.yaml)',
  ],
  [
    'a key under its other name in the map',
    { '.hermes/config.yaml': map(`apiKey: "${key}"`) },
    {},
    '(provider runapi in HOME/.hermes/config.yaml)',
  ],
  [
    '${VAR} filled in from .env',
    { '.hermes/config.yaml': list('api_key: "${RUNAPI_API_KEY}"'), ...envFile },
    {},
    '(provider runapi in HOME/.hermes/config.yaml)',
  ],
  [
    '${env:VAR} filled in from the shell',
    { '.hermes/config.yaml': list('api_key: "${env:FROM_SHELL}"') },
    { FROM_SHELL: key },
    '(provider runapi in HOME/.hermes/config.yaml)',
  ],
  [
    'a variable of the shell that key_env names',
    { '.hermes/config.yaml': list('key_env: FROM_SHELL') },
    { FROM_SHELL: key },
    'key from FROM_SHELL in the environment)',
  ],
  [
    'an active profile',
    {
      '.hermes/active_profile': 'studio\n',
      '.hermes/config.yaml': list('api_key: rk_root_never_used_0000'),
      '.hermes/profiles/studio/config.yaml': list('key_env: RUNAPI_API_KEY'),
      '.hermes/profiles/studio/.env': `RUNAPI_API_KEY=${key}\n`,
    },
    {},
    'key from RUNAPI_API_KEY in HOME/.hermes/profiles/studio/.env)',
  ],
  [
    'a HERMES_HOME elsewhere',
    { 'elsewhere/config.yaml': list('key_env: RUNAPI_API_KEY'), 'elsewhere/.env': `RUNAPI_API_KEY='${key}'\n` },
    { HERMES_HOME: 'HOME/elsewhere' },
    'key from RUNAPI_API_KEY in HOME/elsewhere/.env)',
  ],
];

describe.each(setUps)('a home with nothing but Hermes: %s', (_, files, env, source) => {
  test('generates with its key and its address, and doctor names them', async () => {
    const service = await startService();
    const machine = await machineWith(files, service);
    const inHome = (text: string): string => text.replaceAll('HOME', machine.home);
    for (const [name, value] of Object.entries(env)) machine.env[name] = inHome(value);

    const made = await run(machine, ['generate', 'a mug', '--json']);
    expect(made.exitCode, String(made.stderr)).toBe(0);
    expect(await filesIn(machine.folder)).toEqual([expect.stringMatching(/^a-mug-.*\.png$/)]);
    expect(service.calls[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(`${made.stdout}${made.stderr}`).not.toContain(key);

    const { stdout, stderr, exitCode } = await run(machine, ['doctor']);
    expect(stdout).toContain('✔ key        …cdef, from Hermes Agent');
    expect(stdout).toContain(inHome(source));
    expect(stdout).toContain(`✔ address    ${service.url}, from Hermes Agent`);
    expect(`${stdout}${stderr}`).not.toContain(key);
    expect(exitCode).toBe(0);
  });
});

test.skipIf(!has('bash'))(
  "doctor tells the lines for Hermes' openai backend once serve has a token (needs bash)",
  async () => {
    const machine = await newMachine();
    await mkdir(join(machine.home, '.hermes'));
    const before = await run(machine, ['doctor', '--json']);
    expect(before.stdout).not.toContain('"serve"');
    const config = join(machine.home, '.config/runapi-imagen');
    await mkdir(config, { recursive: true });
    await writeFile(join(config, 'serve-token'), 'a-token-of-the-server\n');
    const { stdout } = await run(machine, ['doctor', '--json']);
    expect(stdout).not.toContain('a-token-of-the-server');
    const line =
      String(stdout)
        .split('\n')
        .find((each) => each.includes('"serve"')) ?? '';
    const { message, hint } = JSON.parse(line);
    expect(load(message.replace(/^.*config\.yaml: /, ''))).toEqual({
      image_gen: {
        provider: 'openai',
        model: 'imagen-4',
        openai: { base_url: 'http://127.0.0.1:4011/v1', key_env: 'RUNAPI_SERVE_TOKEN' },
      },
    });
    await execa('bash', ['-c', hint], { env: machine.env });
    expect(await readFile(join(machine.home, '.hermes/.env'), 'utf8')).toBe(
      'RUNAPI_SERVE_TOKEN=a-token-of-the-server\n',
    );
  },
);

describe('where shell and Hermes meet', () => {
  test('two values of one variable are told: each program would use another key', async () => {
    const service = await startService();
    const machine = await machineWith({ '.hermes/config.yaml': list('key_env: RUNAPI_API_KEY'), ...envFile }, service);
    machine.env.RUNAPI_API_KEY = 'rk_shell_0123456789';
    const { stdout, exitCode } = await run(machine, ['doctor', '--base-url', service.url]);
    expect(stdout).toContain('✔ key        …6789, from RUNAPI_API_KEY');
    expect(stdout).toContain(
      `! hermes     RUNAPI_API_KEY has one value in the shell and another in ${machine.home}/.hermes/.env`,
    );
    expect(exitCode).toBe(0);
  });

  test('another address in Hermes for the same key is told', async () => {
    const service = await startService();
    const machine = await machineWith({ '.hermes/config.yaml': list('key_env: RUNAPI_API_KEY'), ...envFile }, service);
    machine.env.RUNAPI_API_KEY = key;
    const { stdout } = await run(machine, ['doctor', '--base-url', 'http://127.0.0.1:1']);
    expect(stdout).toContain(`! address    Hermes Agent sends the same key to ${service.url}`);
  });

  test("a program that Hermes starts uses Hermes' address for the key that Hermes put into its environment", async () => {
    const service = await startService();
    const machine = await machineWith({ '.hermes/config.yaml': list('key_env: RUNAPI_API_KEY'), ...envFile }, service);
    Object.assign(machine.env, { RUNAPI_API_KEY: key, HERMES_HOME: join(machine.home, '.hermes') });
    const { exitCode, stderr } = await run(machine, ['generate', 'a mug']);
    expect(exitCode, String(stderr)).toBe(0);
    expect(service.count('create')).toBe(1);
    const { stdout } = await run(machine, ['doctor']);
    expect(stdout).toContain(`✔ address    ${service.url}, from RUNAPI_API_KEY, as in Hermes Agent (provider runapi`);
  });

  test("a key that is not Hermes' never goes to Hermes' address", async () => {
    const service = await startService();
    const machine = await machineWith({ '.hermes/config.yaml': list(`api_key: "${key}"`) }, service);
    Object.assign(machine.env, { RUNAPI_API_KEY: 'rk_shell_0123456789', HERMES_HOME: join(machine.home, '.hermes') });
    const { stdout } = await run(machine, ['doctor', '--json', '--verbose'], {
      env: { ...machine.env, HTTPS_PROXY: 'http://127.0.0.1:1' },
    });
    expect(stdout).toContain('"https://runapi.ai, from the default"');
    expect(service.calls).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')("Hermes' files that others can write (needs modes)", () => {
  const files = { '.hermes/config.yaml': list('key_env: RUNAPI_API_KEY'), ...envFile };

  test.each(['config.yaml', '.env'])('%s is told and not believed', async (name) => {
    const service = await startService();
    const machine = await machineWith(files, service);
    const path = join(machine.home, '.hermes', name);
    await chmod(path, 0o666);
    machine.env.HTTPS_PROXY = 'http://127.0.0.1:1';
    expect((await run(machine, ['generate', 'a mug'])).exitCode).toBe(2);
    expect(service.calls).toEqual([]);
    const { stdout } = await run(machine, ['doctor']);
    expect(stdout).toContain(`${path} can be written by other users and was skipped: chmod go-w it`);
  });

  test('send no key of the shell to an address of their own', async () => {
    const service = await startService();
    const machine = await machineWith(files, service);
    const home = join(machine.home, '.hermes');
    await chmod(join(home, 'config.yaml'), 0o666);
    Object.assign(machine.env, { RUNAPI_API_KEY: key, HERMES_HOME: home, HTTPS_PROXY: 'http://127.0.0.1:1' });
    expect((await run(machine, ['generate', 'a mug'])).exitCode).toBe(8);
    expect(service.calls).toEqual([]);
  });

  test('hold nothing up where they are pipes', async () => {
    const machine = await machineWith({ '.hermes/config.yaml': '' }, await startService());
    await execa('mkfifo', [join(machine.home, '.hermes/active_profile')]);
    const { stderr, timedOut } = await run(machine, ['generate', 'a mug'], { timeout: 20_000 });
    expect(timedOut).toBe(false);
    expect(stderr).toContain('active_profile is not a regular file and was skipped');
  });
});
