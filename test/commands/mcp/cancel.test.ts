/** @module-tag slow */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';
import { type Agent, startAgentOf, textOf } from './client.ts';

/** Asks for a picture and cancels as soon as the task is known. Answers its id. */
async function cancelledTask({ call }: Agent, input: object): Promise<string> {
  const cancel = new AbortController();
  let id = '';
  const answer = call('generate_image', input, {
    signal: cancel.signal,
    onprogress({ message }) {
      id = /tsk_\w+/.exec(message ?? '')?.[0] ?? '';
      if (id !== '') cancel.abort();
    },
  });
  await expect(answer).rejects.toThrow();
  return id;
}

test('get_image brings the picture of a call that was cancelled', async () => {
  const service = await startService({ runningLooks: Number.POSITIVE_INFINITY });
  const machine = await newMachine();
  const agent = await startAgentOf(service, machine);
  const task_id = await cancelledTask(agent, { prompt: 'a mug' });
  expect(await filesIn(machine.folder)).toEqual([]);
  service.always(
    'look',
    (_call, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          JSON.stringify({
            id: task_id,
            status: 'completed',
            images: [{ url: `${service.url}/files/${task_id}/0.png` }],
          }),
        ),
  );
  const { structuredContent } = await agent.call('get_image', { task_id });
  expect(await readFile(structuredContent?.images[0].path)).toEqual(service.picture);
  expect(service.tasks.size).toBe(1);
});

test('the same call after a cancelled one takes its task up, and says so', async () => {
  const service = await startService({ runningLooks: 8 });
  const agent = await startAgentOf(service, await newMachine());
  const id = await cancelledTask(agent, { prompt: 'a mug', aspect_ratio: '16:9' });
  const answer = await agent.call('generate_image', { prompt: 'a mug', aspect_ratio: '16:9' });
  expect(answer.structuredContent).toMatchObject({ task_id: id, status: 'completed' });
  expect(textOf(answer)).toContain('nothing new was paid');
  expect(service.tasks.size).toBe(1);
  const another = await agent.call('generate_image', { prompt: 'a mug', aspect_ratio: '16:9' });
  expect(another.structuredContent?.task_id).not.toBe(id);
});

test('new: true buys another one all the same', async () => {
  const service = await startService({ runningLooks: 8 });
  const agent = await startAgentOf(service, await newMachine());
  const id = await cancelledTask(agent, { prompt: 'a mug' });
  const { structuredContent } = await agent.call('generate_image', { prompt: 'a mug', new: true });
  expect(structuredContent?.task_id).not.toBe(id);
  expect(service.tasks.size).toBe(2);
});

test('a request that was cancelled before it was answered is sent again with its key', async () => {
  const service = await startService();
  const agent = await startAgentOf(service, await newMachine());
  const cancel = new AbortController();
  service.next('create', (_call, response, usual) => {
    response.end = (() => response) as typeof response.end; // the task is made, and nobody is told
    usual();
    cancel.abort();
  });
  await expect(agent.call('generate_image', { prompt: 'a mug' }, { signal: cancel.signal })).rejects.toThrow();
  const answer = await agent.call('generate_image', { prompt: 'a mug' });
  expect(answer.structuredContent).toMatchObject({ status: 'completed' });
  expect(service.count('create')).toBe(2);
  expect(service.tasks.size).toBe(1);
});

test('resume in a terminal takes up what was cancelled while the server lives on', async () => {
  const service = await startService({ runningLooks: 8 });
  const machine = await newMachine();
  const agent = await startAgentOf(service, machine);
  await cancelledTask(agent, { prompt: 'a mug' });
  const { exitCode, stdout, stderr } = await run(machine, ['resume', '--poll-interval', '20ms']);
  expect(stderr).toContain('a mug');
  expect(stdout.trim()).toBe((await filesIn(machine.folder))[0]);
  expect(exitCode).toBe(0);
  expect(service.tasks.size).toBe(1);
});

test('a server that has answered everything leaves nothing open', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { call } = await startAgentOf(service, machine);
  for (const prompt of ['a mug', 'a fox']) await call('generate_image', { prompt });
  const state = `${machine.home}/.local/state/runapi-imagen`;
  expect(await filesIn(`${state}/runs`)).toEqual([]);
  expect((await filesIn(`${state}/done`)).length).toBe(2);
});
