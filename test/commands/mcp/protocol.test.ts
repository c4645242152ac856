import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { newMachine } from '../../support/program.ts';
import { startService } from '../../support/service.ts';
import { type Revision, startAgent, startAgentOf, textOf } from './client.ts';

const revisions: Array<[string, Revision, string]> = [
  ['2025', 'legacy', '2025-11-25'],
  ['July 2026', { pin: '2026-07-28' }, '2026-07-28'],
];

describe.each(revisions)('in the revision of %s', (_, revision, version) => {
  test('makes a picture and tells its progress', async () => {
    const service = await startService({ runningLooks: 2 });
    const { client, call, stderr } = await startAgentOf(service, await newMachine(), { revision });
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect((await client.listTools()).tools).toHaveLength(4);
    const told: number[] = [];
    const { structuredContent } = await call(
      'generate_image',
      { prompt: 'a mug' },
      { onprogress: ({ progress }) => told.push(progress) },
    );
    expect(structuredContent).toMatchObject({ status: 'completed', prompt: 'a mug' });
    expect(told.length).toBeGreaterThan(1);
    expect(stderr()).toBe('');
  });

  test('saves in the first folder that the client works in and that can hold files', async () => {
    const service = await startService();
    const machine = await newMachine();
    const project = join(machine.home, 'my project');
    await mkdir(project);
    const roots = ['file:///', 'file://elsewhere/share', pathToFileURL(project).href];
    const { call } = await startAgentOf(service, machine, { revision, roots });
    const plain = await call('generate_image', { prompt: 'a mug' });
    expect(dirname(plain.structuredContent?.images[0].path)).toBe(project);
    const named = await call('generate_image', { prompt: 'a fox', folder: 'img' });
    expect(dirname(named.structuredContent?.images[0].path)).toBe(join(project, 'img'));
    expect(service.tasks.size).toBe(2);
  });

  test('saves where it runs for a client that works in no folder', async () => {
    const service = await startService();
    const machine = await newMachine();
    const { call } = await startAgentOf(service, machine, { revision, roots: [] });
    const { structuredContent } = await call('generate_image', { prompt: 'a mug' });
    expect(dirname(structuredContent?.images[0].path)).toBe(machine.folder);
  });
});

test('a picture of the sandbox is taken from its balance', async () => {
  const { call } = await startAgent(await newMachine(), ['--sandbox']);
  const before = (await call('get_balance', {})).structuredContent?.balance_cents;
  const { structuredContent } = await call('generate_image', { prompt: 'a mug', wait_seconds: 0 });
  const done = await call('get_image', { task_id: structuredContent?.task_id });
  expect(done.structuredContent).toMatchObject({ status: 'completed' });
  expect((await call('get_balance', {})).structuredContent?.balance_cents).toBe(before - 8);
});

test('--timeout is what a call waits that does not say', async () => {
  const service = await startService({ runningLooks: Number.POSITIVE_INFINITY });
  const words = ['--base-url', service.url, '--poll-interval', '20ms', '--timeout', '3s'];
  const { call } = await startAgent(await newMachine(), words);
  const { structuredContent } = await call('generate_image', { prompt: 'a mug' });
  expect(structuredContent).toMatchObject({ status: 'processing', error: null });
});

test('refused prompts are answers, however many come in a row', async () => {
  const service = await startService();
  const { call } = await startAgentOf(service, await newMachine());
  service.always(
    'create',
    (_call, response) =>
      void response.writeHead(422, { 'content-type': 'application/json' }).end('{"error":"prompt was refused"}'),
  );
  for (const prompt of ['one', 'two', 'three']) {
    const answer = await call('generate_image', { prompt });
    expect(answer.isError).toBeUndefined();
    expect(textOf(answer)).toContain('prompt was refused');
  }
});
