/** @module-tag slow */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Machine, newMachine, run } from '../support/program.ts';
import { json, type Order, type Service, smallPng, startService } from '../support/service.ts';

/** A service that takes uploads, each at an address of its own, and notes the name of each picture. */
function takeUploads(service: Service, { lifeMs = 3_600_000 } = {}): { names: string[]; keys: unknown[] } {
  const names: string[] = [];
  const keys: unknown[] = [];
  const order: Order = ({ method, path, headers, body }, response) => {
    if (path === '/api/v1/files/prepare') {
      names.push(JSON.parse(body).filename);
      const upload_url = `${service.url}/put/${names.length}`;
      return json(response, 200, { upload_url, headers: { 'X-Part': '1' }, signed_id: `s${names.length}` });
    }
    if (method === 'PUT') {
      keys.push(headers.authorization, headers['x-part']);
      return void response.writeHead(200).end();
    }
    if (path !== '/api/v1/files/confirm') return json(response, 404, {});
    const url = `https://file.runapi.ai/${JSON.parse(body).signed_id}.png`;
    const [created_at, expires_at] = [0, lifeMs].map((ms) => new Date(ms).toISOString());
    json(response, 200, { url, created_at, expires_at });
  };
  service.always('other', order);
  return { names, keys };
}

async function setUp() {
  const service = await startService();
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'mug.png'), smallPng(200));
  const words = ['make it blue', '--image', 'mug.png', '--poll-interval', '5ms', '--base-url', service.url];
  return { service, machine, generate: ['generate', ...words] };
}

/** What was posted, each body. */
function posted(service: Service) {
  return service.calls.filter(({ kind }) => kind === 'create').map(({ body }) => JSON.parse(body));
}

/** The addresses of the pictures that were posted, in their order. */
function addresses(service: Service): string[] {
  return posted(service).map(({ source_image_urls: [url] }) => url.replace(/^.*\//, ''));
}

/** Runs until the service gets a request that the order is for, and is killed there. */
async function killed(
  service: Service,
  machine: Machine,
  words: string[],
  kind: 'create' | 'look' | 'other',
  { registers = false } = {},
) {
  let arrived: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  service.next(kind, (_, response, usual) => {
    response.writeHead = () => response;
    response.end = () => response;
    if (registers) usual();
    arrived();
  });
  const child = run(machine, words);
  await arrival;
  child.kill('SIGKILL');
  await child;
}

test('uploads a local picture without the key, and posts its address', async () => {
  const { service, machine, generate } = await setUp();
  const { names, keys } = takeUploads(service);
  const { exitCode } = await run(machine, generate);
  expect(exitCode).toBe(0);
  expect(names).toEqual(['mug.png']);
  expect(keys).toEqual([undefined, '1']);
  expect(posted(service)).toEqual([
    { model: 'imagen-4-pro-remix-image', prompt: 'make it blue', source_image_urls: ['https://file.runapi.ai/s1.png'] },
  ]);
});

test('uploads one picture once for many tasks', async () => {
  const { service, machine, generate } = await setUp();
  const { names } = takeUploads(service);
  expect((await run(machine, [...generate, '-n', '4'])).exitCode).toBe(0);
  expect([names.length, service.tasks.size]).toEqual([1, 4]);
});

test('takes up what was killed during the upload, and pays once', async () => {
  const { service, machine, generate } = await setUp();
  const { names } = takeUploads(service);
  await killed(service, machine, generate, 'other');
  const { exitCode, stderr } = await run(machine, generate);
  expect(stderr).toContain('Taking up');
  expect([exitCode, names.length, service.tasks.size]).toEqual([0, 1, 1]);
});

const resume = ['resume', '--poll-interval', '5ms'];

test('repeats a request that may have left with the same address', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service);
  await killed(service, machine, generate, 'create', { registers: true });
  expect((await run(machine, resume)).exitCode).toBe(0);
  expect([addresses(service), service.tasks.size]).toEqual([['s1.png', 's1.png'], 1]);
});

test.each([
  ['has no task of it: the new address is taken', false, ['s1.png', 's2.png']],
  ['has its task: the address of then gets that', true, ['s1.png', 's2.png', 's1.png']],
])('uploads again what has expired when a request may have left, and the service %s', async (_, registers, sent) => {
  const { service, machine, generate } = await setUp();
  takeUploads(service, { lifeMs: 0 });
  await killed(service, machine, generate, 'create', { registers });
  expect((await run(machine, resume)).exitCode).toBe(0);
  expect([addresses(service), service.tasks.size]).toEqual([sent, 1]);
});

test('knows every address with which a request may have left, however often it was killed', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service, { lifeMs: 0 });
  await killed(service, machine, generate, 'create');
  await killed(service, machine, resume, 'create', { registers: true });
  await killed(service, machine, generate, 'create');
  expect((await run(machine, generate)).exitCode).toBe(0);
  const sent = ['s1.png', 's2.png', 's3.png', 's4.png', 's3.png', 's2.png'];
  expect([addresses(service), service.tasks.size]).toEqual([sent, 1]);
});

test('asks for the task by the old address where the picture is gone, and a new one is not blocked', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service, { lifeMs: 0 });
  await killed(service, machine, generate, 'create', { registers: true });
  await writeFile(join(machine.folder, 'mug.png'), smallPng(90));
  expect((await run(machine, resume)).exitCode).toBe(0);
  expect((await run(machine, generate)).exitCode).toBe(0);
  expect([addresses(service), service.tasks.size]).toEqual([['s1.png', 's1.png', 's2.png'], 2]);
});

test('makes a picture from one that comes on stdin, under the name of what it holds', async () => {
  const { service, machine, generate } = await setUp();
  const { names } = takeUploads(service);
  const words = generate.map((word) => (word === 'mug.png' ? '-' : word));
  await killed(service, machine, generate, 'look');
  const { exitCode, stderr } = await run(machine, words, { input: smallPng(200) });
  expect(stderr).toContain('Taking up');
  expect([exitCode, names, service.tasks.size]).toEqual([0, ['mug.png'], 1]);
});

test.each([
  ['the prompt too', ['generate', '-'], 'With --image - stdin gives the picture, and cannot give the prompt too'],
  ['no picture', ['generate', 'a mug'], 'Invalid --image "-": stdin holds no whole PNG, JPEG, WebP, GIF or AVIF'],
  [
    'a row of a batch',
    ['batch', 'rows.txt'],
    'Invalid --image "-": only the command generate reads a picture from stdin',
  ],
])('stdin does not give %s', async (_, words, told) => {
  const { service, machine } = await setUp();
  await writeFile(join(machine.folder, 'rows.txt'), 'a mug\n');
  const { exitCode, stderr } = await run(machine, [...words, '--image', '-', '--base-url', service.url], {
    input: 'x',
  });
  expect(stderr).toContain(told);
  expect([exitCode, service.calls.length]).toEqual([4, 0]);
});

test('a picture that was changed between two runs makes another request', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service);
  await killed(service, machine, generate, 'look');
  await writeFile(join(machine.folder, 'mug.png'), smallPng(90));
  const { exitCode, stderr } = await run(machine, generate);
  expect(stderr).not.toContain('Taking up');
  expect([exitCode, service.tasks.size]).toEqual([0, 2]);
});

test('the same picture at another place is the same request', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service);
  await killed(service, machine, generate, 'look');
  await mkdir(join(machine.folder, 'other'));
  await writeFile(join(machine.folder, 'other/cup.png'), smallPng(200));
  const moved = generate.map((word) => (word === 'mug.png' ? 'other/cup.png' : word));
  expect((await run(machine, moved)).stderr).toContain('Taking up');
  expect(service.tasks.size).toBe(1);
});

test('a run that died before its picture was uploaded is given up: nothing is paid', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service);
  await killed(service, machine, generate, 'other');
  await rm(join(machine.folder, 'mug.png'));
  const { exitCode, stderr } = await run(machine, ['resume']);
  expect(stderr).toContain('Gave up a request that never left: nothing was bought');
  expect([exitCode, service.tasks.size]).toEqual([0, 0]);
});

test('a picture of the record is named by its task, and --again keeps it', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service);
  const [first] = (await run(machine, [...generate, '--json'])).stdout.split('\n').map((line) => JSON.parse(line));
  const words = ['--poll-interval', '5ms', '--base-url', service.url];
  await run(machine, ['generate', 'now red', '--image', `task:${first.task_id}`, ...words]);
  await run(machine, ['generate', '--again', first.task_id, ...words]);
  expect(posted(service).map(({ prompt, source_image_urls }) => [prompt, source_image_urls.length])).toEqual([
    ['make it blue', 1],
    ['now red', 1],
    ['make it blue', 1],
  ]);
});

test('a picture is not replaced by the one that is made from it', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service);
  await writeFile(join(machine.folder, 'rows.csv'), 'prompt,image,output\nblue,mug.png,mug.png\n');
  const flags = ['--overwrite', '--poll-interval', '5ms', '--base-url', service.url];
  const own = '--overwrite would replace mug.png, which the picture is made from: name another file.';
  for (const words of [
    [...generate, '-o', 'mug', '--overwrite'],
    ['batch', 'rows.csv', ...flags],
  ]) {
    const { exitCode, stderr } = await run(machine, words);
    expect(stderr).toContain(own);
    expect(exitCode).toBe(4);
  }
  expect(service.calls).toEqual([]);
  const beside = await run(machine, [...generate, '-o', 'mug.png']);
  expect([beside.exitCode, beside.stdout]).toEqual([0, 'mug-2.png']);
  await writeFile(join(machine.folder, 'rows.csv'), 'prompt,image,output\nblue,mug.png,blue.png\n');
  expect((await run(machine, ['batch', 'rows.csv', ...flags])).exitCode).toBe(0);
});

test('--again names the source picture that is gone', async () => {
  const { service, machine, generate } = await setUp();
  takeUploads(service);
  await run(machine, [...generate, '-o', 'blue.png']);
  await rm(join(machine.folder, 'mug.png'));
  for (const task of ['blue.png', 'last']) {
    const { exitCode, stderr } = await run(machine, ['generate', '--again', task, '--base-url', service.url]);
    const source = join(machine.folder, 'mug.png');
    expect(stderr).toContain(
      `The picture that it was made from is gone or has changed: ${source} (Give the picture again with --image)`,
    );
    expect([exitCode, service.tasks.size]).toEqual([4, 1]);
  }
});

test('a batch takes pictures from a column, and makes a row again whose picture has changed', async () => {
  const { service, machine } = await setUp();
  takeUploads(service);
  await writeFile(join(machine.folder, 'rows.csv'), 'prompt,image\nblue,mug.png\nred,https://x.test/a.png\n');
  const words = ['batch', 'rows.csv', '--poll-interval', '5ms', '--base-url', service.url];
  expect((await run(machine, words)).exitCode).toBe(0);
  expect((await run(machine, words)).exitCode).toBe(0);
  expect(service.tasks.size).toBe(2);
  await writeFile(join(machine.folder, 'mug.png'), smallPng(90));
  expect((await run(machine, words)).exitCode).toBe(0);
  expect(service.tasks.size).toBe(3);
});

test.each([
  ['is missing', 'none.png', 'there is no such file'],
  ['is a folder', '.', 'it is not a file'],
  ['is not a picture', 'note.txt', 'it is not a whole PNG, JPEG, WebP, GIF or AVIF'],
  ['is of an unknown task', 'task:tsk_none', 'this machine has no record of that task'],
])('a picture that %s is refused before anything is sent', async (_, image, reason) => {
  const { service, machine } = await setUp();
  await writeFile(join(machine.folder, 'note.txt'), 'hello');
  const { exitCode, stderr } = await run(machine, ['generate', 'x', '--image', image, '--base-url', service.url]);
  expect(stderr).toContain(`Invalid --image ${JSON.stringify(image)}: ${reason}`);
  expect([exitCode, service.calls.length]).toEqual([4, 0]);
});

test('a service that takes no uploads is not said to have stopped selling the model', async () => {
  const { service, machine, generate } = await setUp();
  service.always('other', (_, response) => json(response, 404, { error: 'no such route' }));
  const { exitCode, stderr } = await run(machine, generate);
  expect(stderr).toContain('no such route');
  expect(stderr).not.toContain('no longer sells');
  expect([exitCode, posted(service)]).toEqual([4, []]);
});

test('saves at most 16 pictures of a task that sends more', async () => {
  const service = await startService({ pictures: Array.from({ length: 20 }, (_, at) => smallPng(at * 5)) });
  const machine = await newMachine();
  const { exitCode, stdout, stderr } = await run(machine, [
    'generate',
    'x',
    '--poll-interval',
    '5ms',
    '--base-url',
    service.url,
  ]);
  expect(stdout.split('\n')).toHaveLength(16);
  expect(stderr).toContain('made 20 pictures: only the first 16 are saved');
  expect(exitCode).toBe(0);
});

test.each([
  'https://169.254.169.254/latest',
  'https://10.0.0.1/put',
  'https://[::ffff:c0a8:1]/put',
  'http://10.0.0.1/put',
  'ftp://127.0.0.1/put',
])('uploads to no neighbour of this machine: %s', async (upload_url) => {
  const { service, machine, generate } = await setUp();
  service.always('other', ({ path }, response) =>
    path === '/api/v1/files/prepare'
      ? json(response, 200, { upload_url, headers: {}, signed_id: 's1' })
      : json(response, 404, {}),
  );
  const { exitCode, stderr } = await run(machine, [...generate, '--timeout', '5s']);
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(/not followed|names no place for it/);
  expect(service.tasks.size).toBe(0);
});
