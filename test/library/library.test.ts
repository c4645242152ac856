import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type * as library from '../../dist/index.d.cts';
import { project } from '../package/pack.ts';
import { filesIn, type Machine, newMachine } from '../support/program.ts';
import { answering, smallPng, startService } from '../support/service.ts';
import { install, runProgram } from './install.ts';

const { createImagen, ImagenError } = createRequire(import.meta.url)(join(project, 'dist/index.cjs')) as typeof library;

/** A client of the service with a record of its own. */
function clientOf(service: { url: string }, { home, folder }: Machine, options: library.ImagenOptions = {}) {
  const { url: baseUrl } = service;
  return createImagen({ apiKey: 'rk_test_0123456789', baseUrl, dir: folder, record: join(home, 'record'), ...options });
}

async function all<Each>(each: AsyncIterable<Each>): Promise<Each[]> {
  const found: Each[] = [];
  for await (const one of each) found.push(one);
  return found;
}

test('tells its progress, and leaves the process alone', async () => {
  const service = await startService();
  const machine = await newMachine();
  const before = [process.exitCode, ...['SIGINT', 'SIGTERM', 'SIGHUP'].map((each) => process.listenerCount(each))];
  const seen: library.Progress[] = [];
  const imagen = clientOf(service, machine, { onProgress: (progress) => seen.push(progress) });
  const task = await imagen.generate({ prompt: 'a mug' });
  expect(task.images[0]?.path).toBe(join(machine.folder, (await filesIn(machine.folder))[0] ?? ''));
  expect(seen[0]).toEqual({ task_id: null, model: 'imagen-4', doing: 'submitting', detail: null });
  expect(seen.find(({ doing }) => doing === 'processing')?.task_id).toBe(task.task_id);
  expect((await imagen.status(task.task_id ?? '')).status).toBe('completed');
  expect((await imagen.download(task.task_id ?? '')).images[0]?.path).toContain('-2.png');
  await imagen.close();
  await expect(imagen.models()).rejects.toThrow('this client is closed');
  expect([process.exitCode, ...['SIGINT', 'SIGTERM', 'SIGHUP'].map((each) => process.listenerCount(each))]).toEqual(
    before,
  );
});

test('rejects with one class that says what happened and what to do', async () => {
  const service = await startService();
  const imagen = clientOf(service, await newMachine());
  service.next('create', answering(402, { error: 'no credits' }));
  const error = await imagen.generate({ prompt: 'a mug' }).catch((caught) => caught);
  expect(error).toBeInstanceOf(ImagenError);
  expect(error).toMatchObject({ code: 'insufficient_credits', status: 402, taskId: null, retryable: false });
  await expect(imagen.status('no id')).rejects.toMatchObject({ code: 'validation' });
  await expect(imagen.generate({ prompt: 'x' }, { output: '-' })).rejects.toMatchObject({ code: 'validation' });
});

test('stops waiting when it is aborted; the task goes on and is taken up', async () => {
  const service = await startService({ runningLooks: 2 });
  const imagen = clientOf(service, await newMachine());
  const leaving = new AbortController();
  const onProgress = ({ task_id }: library.Progress): void => void (task_id && leaving.abort(new Error('enough')));
  const error = await imagen
    .generate({ prompt: 'a mug' }, { signal: leaving.signal, onProgress })
    .catch((caught) => caught);
  expect(error).toMatchObject({
    code: 'interrupted',
    taskId: expect.stringMatching(/^tsk_/),
    cause: { message: 'enough' },
  });
  expect((await imagen.generate({ prompt: 'a mug' })).task_id).toBe(error.taskId);
  expect(service.tasks.size).toBe(1);
  const gone = AbortSignal.abort();
  await expect(imagen.generate({ prompt: 'a fox' }, { signal: gone })).rejects.toMatchObject({ code: 'interrupted' });
  expect(service.tasks.size).toBe(1);
});

test('keeps the limit of the environment', async () => {
  const { home, folder } = await newMachine();
  vi.stubEnv('RUNAPI_IMAGEN_MAX_COST', '0.01');
  onTestFinished(() => void vi.unstubAllEnvs());
  const imagen = createImagen({ sandbox: true, dir: folder, record: join(home, 'record') });
  onTestFinished(() => imagen.close());
  await expect(imagen.generate({ prompt: 'a mug' })).rejects.toMatchObject({
    code: 'over_budget',
    message: 'the picture costs $0.08 now: more than RUNAPI_IMAGEN_MAX_COST $0.01',
  });
});

test('spends no more than maxCost in all calls together', async () => {
  const { folder, home } = await newMachine();
  const imagen = createImagen({ sandbox: true, dir: folder, record: join(home, 'record'), maxCost: 0.1 });
  await imagen.generate({ prompt: 'a mug' });
  await expect(imagen.generate({ prompt: 'a fox' })).rejects.toMatchObject({
    code: 'over_budget',
    hint: 'Nothing was sent for it. Allow more with maxCost',
  });
});

test('makes a batch once under its name, tells failures, and stops where nothing can succeed', async () => {
  const service = await startService();
  const imagen = clientOf(service, await newMachine());
  const requests = [{ prompt: 'a mug' }, { prompt: ' ' }, { prompt: 'a mug' }, { prompt: 'a fox' }];
  const first = await all(imagen.batch(requests, { name: 'shots' }));
  expect(first.map(({ row, error }) => [row, error?.code]).sort()).toEqual([
    [1, undefined],
    [2, 'validation'],
    [3, undefined],
    [4, undefined],
  ]);
  expect(service.tasks.size).toBe(3);
  const again = await all(imagen.batch(requests, { name: 'shots' }));
  const paths = (reports: library.TaskReport[]) => reports.map(({ images }) => images[0]?.path).sort();
  expect(paths(again)).toEqual(paths(first));
  expect(service.tasks.size).toBe(3);
  service.always('create', answering(402, { error: 'no credits' }));
  const seen: library.TaskReport[] = [];
  const stopped = (async () => {
    for await (const each of imagen.batch([{ prompt: 'x' }, { prompt: 'y' }], { name: 'more', concurrency: 1 }))
      seen.push(each);
  })();
  await expect(stopped).rejects.toMatchObject({ code: 'insufficient_credits' });
  expect(seen.length).toBe(1);
});

test('a batch that is left early is finished by the next run', async () => {
  const service = await startService({ runningLooks: 2 });
  const imagen = clientOf(service, await newMachine());
  const requests = ['a', 'b', 'c', 'd'].map((prompt) => ({ prompt }));
  for await (const _ of imagen.batch(requests, { name: 'shots', concurrency: 2 })) break;
  expect((await all(imagen.batch(requests, { name: 'shots' }))).length).toBe(4);
  expect(service.tasks.size).toBe(4);
});

test('makes a picture from pictures, with the fields of the model', async () => {
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'mug.png'), smallPng(200));
  const imagen = createImagen({ sandbox: true, dir: machine.folder, record: join(machine.home, 'record') });
  const image = join(machine.folder, 'mug.png');
  const more = { resolution: '2k', format: 'jpg', set: { output_count: 2 }, action: 'edit_image' };
  const task = await imagen.generate({ prompt: 'bluer', model: 'nano-banana-2', image, ...more });
  expect(task).toMatchObject({ ...more, images: [{ mime: 'image/jpeg' }, { mime: 'image/jpeg' }] });
  expect(task.source_images).toEqual([expect.stringMatching(/^sha256:/)]);
  const missing = imagen.generate({ prompt: 'a', image: '/no/such.png' });
  await expect(missing).rejects.toThrow('Invalid image "/no/such.png": there is no such file');
  const flaws = [{ quality: 'high' }, { set: { seed: 1 } }, { action: 'Edit!' }];
  for (const flaw of flaws)
    await expect(imagen.generate({ prompt: 'a', ...flaw })).rejects.toMatchObject({ code: 'validation' });
});

test('a name that it does not know is refused, and nothing is bought without it', async () => {
  const service = await startService();
  const machine = await newMachine();
  const misspelled = [{ ratio: '16:9' }, { count: 3 }, { negative: 'dogs' }];
  for (const fields of misspelled)
    await expect(clientOf(service, machine).generate({ prompt: 'x', ...fields })).rejects.toMatchObject({
      code: 'validation',
      message: expect.stringContaining(`no field is named "${Object.keys(fields)[0]}"`),
    });
  const limited = createImagen({ sandbox: true, max_cost: 0.01 } as object);
  await expect(limited.generate({ prompt: 'x' })).rejects.toThrow(
    'no field is named "max_cost"; did you mean maxCost?',
  );
  expect(service.calls).toEqual([]);
});

test('keeps calls apart that run at once', async () => {
  const service = await startService({ runningLooks: 3 });
  const machine = await newMachine();
  const imagen = clientOf(service, machine);
  const prompts = ['a', 'b', 'c', 'd', 'e', 'f'];
  const tasks = await Promise.all(prompts.map((prompt) => imagen.generate({ prompt })));
  expect(tasks.map(({ prompt }) => prompt)).toEqual(prompts);
  expect((await filesIn(machine.folder)).length).toBe(6);
});

test.each(['generate', 'resume'])('a program that was killed pays once: %s takes its task up', async (way) => {
  const service = await startService({ runningLooks: 1_000_000 });
  const machine = await newMachine();
  await install(machine);
  const begin = `import { createImagen } from 'runapi-imagen';
const imagen = createImagen({ baseUrl: ${JSON.stringify(service.url)}, onProgress: ({ task_id }) => task_id && process.kill(process.pid, 'SIGKILL') });
const tasks = `;
  await writeFile(join(machine.folder, 'first.mjs'), `${begin} await imagen.generate({ prompt: 'a mug' });`);
  const child = spawn(process.execPath, ['first.mjs'], { cwd: machine.folder, env: machine.env, stdio: 'ignore' });
  await new Promise((ended) => child.once('close', ended));
  service.always('look', (call, _response, usual) => {
    if (call.task) call.task.looks = 1_000_000;
    usual();
  });
  const call = way === 'resume' ? 'await imagen.resume()' : "[await imagen.generate({ prompt: 'a mug' })]";
  const second = begin.replace(/, onProgress.*\n/, ' });\n');
  const ended = await runProgram(machine, 'second.mjs', `${second} ${call}; console.log(tasks[0].status);`);
  expect(ended).toEqual({ exitCode: 0, stdout: 'completed', stderr: '' });
  expect(service.tasks.size).toBe(1);
  expect((await filesIn(machine.folder)).filter((name) => name.endsWith('.png') && !name.includes('/')).length).toBe(1);
});
