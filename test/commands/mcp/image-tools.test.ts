import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { filesIn, newMachine } from '../../support/program.ts';
import { answering, startService } from '../../support/service.ts';
import { startAgentOf, textOf } from './client.ts';

test('makes a picture and answers its absolute path', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { call, stderr } = await startAgentOf(service, machine);
  const answer = await call('generate_image', {
    prompt: 'mug with HELLO',
    model: 'imagen-4-fast',
    aspect_ratio: '16:9',
    negative_prompt: 'a spoon',
    seed: 7,
  });
  const report = answer.structuredContent ?? {};
  const path: string = report.images[0].path;
  expect(isAbsolute(path)).toBe(true);
  expect(textOf(answer).split('\n')[0]).toBe(path);
  expect(await readFile(path)).toEqual(service.picture);
  expect(await filesIn(machine.folder)).toEqual([basename(path)]);
  expect(report).toMatchObject({ status: 'completed', error: null, next: null, resume: null });
  expect(answer.isError).toBeUndefined();
  expect([...service.tasks.values()].map(({ body }) => JSON.parse(body))).toEqual([
    { model: 'imagen-4-fast', prompt: 'mug with HELLO', aspect_ratio: '16:9', negative_prompt: 'a spoon', seed: 7 },
  ]);
  expect(stderr()).toBe('');
});

test('a prompt of a single dash is a prompt', async () => {
  const service = await startService();
  const { call } = await startAgentOf(service, await newMachine());
  expect((await call('generate_image', { prompt: '-' })).structuredContent).toMatchObject({ prompt: '-' });
});

test('names the file as it is asked to, in the folder that it is asked to', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { call } = await startAgentOf(service, machine);
  const wanted = { prompt: 'a mug', folder: 'assets/img', file_name: 'hero' };
  const first = await call('generate_image', wanted);
  const second = await call('generate_image', wanted);
  const folder = join(machine.folder, 'assets', 'img');
  expect(first.structuredContent?.images[0].path).toBe(join(folder, 'hero.png'));
  expect(dirname(second.structuredContent?.images[0].path)).toBe(folder);
  expect((await filesIn(folder)).length).toBe(2);
});

test('keeps several calls apart that run at once', async () => {
  const service = await startService({ runningLooks: 3 });
  const machine = await newMachine();
  const { call } = await startAgentOf(service, machine);
  const prompts = ['a mug', 'a fox', 'a harbour', 'a kite', 'a bridge'];
  const answers = await Promise.all(prompts.map((prompt) => call('generate_image', { prompt })));
  expect(answers.map(({ structuredContent }) => structuredContent?.error)).toEqual(prompts.map(() => null));
  expect(answers.map(({ structuredContent }) => structuredContent?.prompt)).toEqual(prompts);
  expect(service.tasks.size).toBe(5);
  expect((await filesIn(machine.folder)).length).toBe(5);
});

test('tells its progress to those who ask, with growing numbers and the task', async () => {
  const service = await startService({ runningLooks: 3 });
  const { call } = await startAgentOf(service, await newMachine());
  const told: Array<{ progress: number; message?: string | undefined }> = [];
  const { structuredContent } = await call(
    'generate_image',
    { prompt: 'a mug' },
    { onprogress: (each) => told.push(each) },
  );
  expect(told.length).toBeGreaterThan(2);
  expect(told.map(({ progress }) => progress)).toEqual(told.map((_, index) => index + 1));
  expect(told[0]?.message).toContain('submitting');
  expect(told.some(({ message }) => message?.includes(structuredContent?.task_id))).toBe(true);
});

test('gives the picture to look at only when asked, small, and then without a path in the text', async () => {
  const large = noisyPng();
  const service = await startService({ pictures: [large] });
  const { call } = await startAgentOf(service, await newMachine());
  const plain = await call('generate_image', { prompt: 'a mug' });
  expect(plain.content.map(({ type }) => type)).toEqual(['text']);
  const task_id = plain.structuredContent?.task_id;
  const seen = await call('get_image', { task_id, include_image: true });
  expect(seen.content.map(({ type, mimeType }) => [type, mimeType])).toEqual([
    ['text', undefined],
    ['image', 'image/png'],
  ]);
  const image = Buffer.from(seen.content[1]?.data ?? '', 'base64');
  expect(image.length).toBeLessThan(700_000);
  expect(image.length).toBeLessThan(large.length);
  expect(textOf(seen)).not.toContain('/');
  expect(seen.structuredContent?.images[0].path).toBe(plain.structuredContent?.images[0].path);
});

test('answers the task where it does not wait, and get_image brings the picture', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { call } = await startAgentOf(service, machine);
  const begun = await call('generate_image', { prompt: 'a mug', wait_seconds: 0 });
  const { task_id, status, next } = begun.structuredContent ?? {};
  expect(begun.isError).toBeUndefined();
  expect(status).toBe('pending');
  expect(next).toContain(`get_image with task_id ${task_id}`);
  expect(await filesIn(machine.folder)).toEqual([]);

  const running = await call('get_image', { task_id, wait_seconds: 0, download: false });
  expect(running.structuredContent).toMatchObject({ task_id, status: 'processing', images: [] });
  const state = await call('get_image', { task_id, download: false });
  expect(state.structuredContent).toMatchObject({ status: 'completed', images: [{ path: null }] });
  expect(await filesIn(machine.folder)).toEqual([]);

  const done = await call('get_image', { task_id });
  expect(await readFile(done.structuredContent?.images[0].path)).toEqual(service.picture);
  const again = await call('get_image', { task_id });
  expect(again.structuredContent?.images).toEqual(done.structuredContent?.images);
  expect(service.count('image')).toBe(1);
  expect(service.tasks.size).toBe(1);
});

test('answers in time that the task still runs; the same call later waits on for it', async () => {
  const service = await startService({ runningLooks: Number.POSITIVE_INFINITY });
  const { call } = await startAgentOf(service, await newMachine());
  const early = await call('generate_image', { prompt: 'a mug', wait_seconds: 1 });
  const { task_id } = early.structuredContent ?? {};
  expect(early.isError).toBeUndefined();
  expect(early.structuredContent).toMatchObject({ status: 'processing', error: null, images: [] });
  expect(textOf(early)).toContain(`get_image with task_id ${task_id}`);
  service.always('look', answering(200, { status: 'failed', error: 'no more' }));
  const later = await call('generate_image', { prompt: 'a mug' });
  expect(later.structuredContent).toMatchObject({ task_id, error: { code: 'task_failed' } });
  expect(service.tasks.size).toBe(1);
});

test('get_image answers the file that another call is about to save, and saves no second one', async () => {
  const service = await startService({ runningLooks: 5 });
  const machine = await newMachine();
  const { call } = await startAgentOf(service, machine);
  let other: ReturnType<typeof call> | undefined;
  const answer = await call(
    'generate_image',
    { prompt: 'a mug' },
    {
      onprogress({ message }) {
        const task_id = /tsk_\w+/.exec(message ?? '')?.[0];
        if (task_id) other ??= call('get_image', { task_id });
      },
    },
  );
  expect((await other)?.structuredContent?.images).toEqual(answer.structuredContent?.images);
  expect((await filesIn(machine.folder)).length).toBe(1);
});

test('brings the picture of another machine by its id', async () => {
  const service = await startService();
  const elsewhere = await startAgentOf(service, await newMachine());
  const begun = await elsewhere.call('generate_image', { prompt: 'a mug', wait_seconds: 0 });
  const machine = await newMachine();
  const { call } = await startAgentOf(service, machine);
  const { structuredContent } = await call('get_image', { task_id: begun.structuredContent?.task_id, folder: 'shots' });
  expect(dirname(structuredContent?.images[0].path)).toBe(join(machine.folder, 'shots'));
});

test('tells a model that paid nothing twice what to do after a lost picture', { tags: ['slow'] }, async () => {
  const service = await startService();
  const { call } = await startAgentOf(service, await newMachine());
  service.always('image', answering(404, { error: 'gone' }));
  const lost = await call('generate_image', { prompt: 'a mug' });
  const { task_id } = lost.structuredContent ?? {};
  expect(lost.isError).toBe(true);
  expect(lost.structuredContent).toMatchObject({ error: { code: 'download' } });
  expect(textOf(lost)).toContain(`get_image with task_id ${task_id}`);
  service.always('image', (_call, _response, usual) => usual());
  const found = await call('get_image', { task_id });
  expect(found.structuredContent).toMatchObject({ status: 'completed', error: null });
  expect(service.tasks.size).toBe(1);
});

/** Larger than what is shown as it is: noise does not compress. */
function noisyPng(): Buffer {
  const side = 700;
  const data = randomBytes(side * side * 3);
  return Buffer.from(encode({ width: side, height: side, data, channels: 3, depth: 8 }));
}
