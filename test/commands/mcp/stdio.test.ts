import { execa } from 'execa';
import { expect, test } from 'vitest';
import { bin, filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';

const hello = [
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
];

function asking(id: number, prompt: string): object {
  const params = { name: 'generate_image', arguments: { prompt } };
  return { jsonrpc: '2.0', id, method: 'tools/call', params };
}

/** With its stdin open. */
function startServer({ folder, env }: Machine, words: readonly string[]) {
  return execa(process.execPath, [bin, 'mcp', ...words], { cwd: folder, env, extendEnv: false, reject: false });
}

/** Sends all messages, closes its end, and waits for the server to go. */
async function converse(machine: Machine, words: readonly string[], messages: readonly (object | string)[]) {
  const lines = messages.map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`);
  const server = startServer(machine, words);
  server.stdin.end(lines.join(''));
  const { exitCode, stdout, stderr } = await server;
  return { exitCode, stderr, answers: stdout.split('\n').map((line) => JSON.parse(line)) };
}

test('answers what is under way when the client closes its end, then exits 0', async () => {
  const service = await startService({ runningLooks: 3 });
  const machine = await newMachine();
  const { exitCode, stderr, answers } = await converse(
    machine,
    ['--base-url', service.url],
    [...hello, asking(2, 'a mug'), asking(3, 'a fox')],
  );
  expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3]);
  expect(answers.map(({ result }) => result.structuredContent?.error)).toEqual([undefined, null, null]);
  expect((await filesIn(machine.folder)).length).toBe(2);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

test('nothing but messages goes to stdout, whatever there is to say', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { exitCode, stderr, answers } = await converse(
    machine,
    ['--base-url', service.url, '--verbose', '--json'],
    [...hello, '{"this":"is no message"}', asking(2, 'a mug')],
  );
  for (const answer of answers) expect(answer).toMatchObject({ jsonrpc: '2.0' });
  expect(stderr).toContain('POST');
  expect(stderr).toContain('warning');
  expect(stderr).not.toContain(machine.env.RUNAPI_API_KEY);
  expect(exitCode).toBe(0);
});

test('ends with stdin closed from the start', async () => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['mcp', '--sandbox']);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('a wrong flag is told on stderr, and stdout stays empty', async () => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['mcp', '--max-bytes', 'many', '--json']);
  expect(stderr).toContain('--max-bytes');
  expect(stdout).toBe('');
  expect(exitCode).toBe(4);
});

test('a server that is terminated leaves its task to resume', async () => {
  const service = await startService({ runningLooks: 20 });
  const machine = await newMachine();
  const server = startServer(machine, ['--base-url', service.url, '--poll-interval', '20ms']);
  service.next('look', (_call, _response, usual) => {
    usual();
    server.kill('SIGTERM');
  });
  for (const message of [...hello, asking(2, 'a mug')]) server.stdin.write(`${JSON.stringify(message)}\n`);
  const { exitCode, stderr } = await server;
  expect(stderr).toContain('Continue with:');
  expect(exitCode).toBe(143);
  const resumed = await run(machine, ['resume', '--poll-interval', '20ms']);
  expect(resumed.exitCode).toBe(0);
  expect((await filesIn(machine.folder)).length).toBe(1);
  expect(service.tasks.size).toBe(1);
});
