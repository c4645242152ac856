import { execa } from 'execa';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { has } from '../../support/has.ts';
import { newMachine, run } from '../../support/program.ts';

const launch = { command: 'npx', args: ['-y', 'runapi-imagen', 'mcp'] };
const variable = (name: string): string => `\${${name}}`;

test.each([
  ['claude', { mcpServers: { 'runapi-imagen': { ...launch, env: { RUNAPI_API_KEY: variable('RUNAPI_API_KEY:-') } } } }],
  ['gemini', { mcpServers: { 'runapi-imagen': { ...launch, env: { RUNAPI_API_KEY: variable('RUNAPI_API_KEY') } } } }],
  [
    'openclaw',
    { mcp: { servers: { 'runapi-imagen': { ...launch, env: { RUNAPI_API_KEY: variable('RUNAPI_API_KEY') } } } } },
  ],
  [
    'cursor',
    { mcpServers: { 'runapi-imagen': { ...launch, env: { RUNAPI_API_KEY: variable('env:RUNAPI_API_KEY') } } } },
  ],
  [
    'vscode',
    {
      inputs: [{ type: 'promptString', id: 'runapi-api-key', description: 'RunAPI key', password: true }],
      servers: {
        'runapi-imagen': { type: 'stdio', ...launch, env: { RUNAPI_API_KEY: variable('input:runapi-api-key') } },
      },
    },
  ],
])('prints the JSON of %s', async (agent, settings) => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['mcp', '--print-config', agent]);
  expect(JSON.parse(stdout)).toEqual(settings);
  expect(stderr).toMatch(/^Paste it into .+\n?$/);
  expect(exitCode).toBe(0);
});

test('prints the YAML of Hermes, with the folder of its pictures and, where it has another home, that', async () => {
  const machine = await newMachine();
  const usual = await run(machine, ['mcp', '--print-config', 'hermes']);
  const args = [...launch.args, '--dir', `${machine.home}/.hermes/cache/images`, '--timeout', '20s'];
  const env = { RUNAPI_API_KEY: variable('RUNAPI_API_KEY') };
  expect(load(usual.stdout)).toEqual({ mcp_servers: { runapi_imagen: { ...launch, args, env, timeout: 300 } } });
  machine.env.HERMES_HOME = '/srv/hermes';
  const other = await run(machine, ['mcp', '--print-config', 'hermes']);
  expect(load(other.stdout)).toMatchObject({
    mcp_servers: {
      runapi_imagen: {
        args: expect.arrayContaining(['/srv/hermes/cache/images']),
        env: { ...env, HERMES_HOME: '/srv/hermes' },
      },
    },
  });
});

test.skipIf(!has('python3'))('prints the TOML of Codex, for the sandbox without a key (needs python3)', async () => {
  const { stdout } = await run(await newMachine(), ['mcp', '--print-config', 'codex']);
  const read = await fromToml(stdout);
  expect(read.mcp_servers['runapi-imagen']).toMatchObject({ ...launch, env_vars: ['RUNAPI_API_KEY'] });
  const sandbox = await run(await newMachine(), ['mcp', '--print-config', 'codex', '--sandbox']);
  const server = (await fromToml(sandbox.stdout)).mcp_servers['runapi-imagen'];
  expect(server.args).toEqual([...launch.args, '--sandbox']);
  expect(server.env_vars).toBeUndefined();
});

test('asks OpenClaw for no variable that is not set', async () => {
  const machine = await newMachine();
  machine.env.RUNAPI_API_KEY = '';
  const { stdout } = await run(machine, ['mcp', '--print-config', 'openclaw', '--timeout', '30s']);
  const args = [...launch.args, '--timeout', '30s'];
  expect(JSON.parse(stdout)).toEqual({ mcp: { servers: { 'runapi-imagen': { ...launch, args } } } });
});

test('suggests the agent that was meant, and prints nothing', async () => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['mcp', '--print-config', 'cladue']);
  expect(stderr).toContain('did you mean claude?');
  expect(stdout).toBe('');
  expect(exitCode).toBe(4);
});

async function fromToml(text: string) {
  const { stdout } = await execa(
    'python3',
    ['-c', 'import json,sys,tomllib;print(json.dumps(tomllib.load(sys.stdin.buffer)))'],
    { input: text },
  );
  return JSON.parse(stdout);
}
