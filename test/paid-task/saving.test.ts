/** @module-tag slow */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../support/program.ts';
import { answering, type Call, json, type Order, type Service, smallPng, startService } from '../support/service.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures/images');

function urlOf(service: Service, { task }: Call, index = 0): string {
  return `${service.url}/files/${task?.id}/${index}.png`;
}

/** A completed task with these pictures. */
function completed(images: (call: Call) => unknown): Order {
  return (call, response) => json(response, 200, { id: call.task?.id, status: 'completed', images: images(call) });
}

async function made(service: Service, ...words: string[]) {
  const machine = await newMachine();
  const result = await run(machine, ['generate', 'a mug', '--base-url', service.url, ...words]);
  return { machine, ...result, files: await filesIn(machine.folder) };
}

describe('the extension is that of the bytes, whatever the URL and the server say', () => {
  test.each([
    ['baseline.jpg', 'jpg', 'image/jpeg'],
    ['lossy.webp', 'webp', 'image/webp'],
    ['still.gif', 'gif', 'image/gif'],
    ['still.avif', 'avif', 'image/avif'],
  ])('%s', async (name, ext, mime) => {
    const picture = await readFile(join(fixtures, name));
    const service = await startService({ runningLooks: 0, pictures: [picture] });
    const { machine, stdout, files } = await made(service, '--json');
    const [image] = JSON.parse(stdout).images;
    expect(files).toEqual([expect.stringMatching(new RegExp(`^a-mug-\\w+\\.${ext}$`))]);
    expect(image).toMatchObject({ path: join(machine.folder, String(files[0])), mime, bytes: picture.length });
    expect(image.width * image.height).toBeGreaterThan(0);
    expect(await readFile(image.path)).toEqual(picture);
  });

  test.each([
    ['a.webp', 'a.png', true],
    ['a.JPEG', 'a.png', true],
    ['mug.final', 'mug.final.png', true],
    ['a.PNG', 'a.PNG', false],
    ['a', 'a.png', false],
  ])('-o %s with a PNG is saved as %s', async (name, saved, isSaid) => {
    const { machine, stdout, stderr, files } = await made(await startService({ runningLooks: 0 }), ...['-o', name]);
    expect([stdout, files]).toEqual([saved, [saved]]);
    const said = `warning: the service sent a PNG picture: saved as ${machine.folder}/${saved}`;
    expect(stderr.includes(said)).toBe(isSaid);
  });

  test('a JPEG keeps the name that ends like one', async () => {
    const picture = await readFile(join(fixtures, 'baseline.jpg'));
    const service = await startService({ runningLooks: 0, pictures: [picture] });
    const { stdout, stderr } = await made(service, '-o', 'a.jpeg');
    expect(stdout).toBe('a.jpeg');
    expect(stderr).not.toContain('warning');
  });

  test('that is said once for several, and --overwrite is said of the typed name alone', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    await writeFile(join(machine.folder, '1.png'), 'mine');
    const words = ['generate', 'a mug', '-n', '3', '-o', '{index}.webp', '--overwrite'];
    const { stdout, stderr } = await run(machine, [...words, '--base-url', service.url]);
    expect(stdout.split('\n').sort()).toEqual(['1-2.png', '2.png', '3.png']);
    expect(stderr.match(/warning:/g)).toHaveLength(1);
    expect(await readFile(join(machine.folder, '1.png'), 'utf8')).toBe('mine');
  });

  test('--skip-existing finds the picture by the name that it got', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const words = ['generate', 'a mug', '-o', 'a.webp', '--skip-existing', '--base-url', service.url];
    await run(machine, words);
    expect((await run(machine, words)).stdout).toBe('a.png');
    expect(service.tasks.size).toBe(1);
  });
});

describe('what is no whole picture never gets a name', () => {
  const whole = smallPng(9);
  test.each<[string, Order, string]>([
    [
      'a web page',
      (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('<!doctype html><h1>x'),
      'the service sent no picture: it is a web page',
    ],
    ['JSON', answering(200, { error: 'x' }), 'the service sent no picture: it is JSON'],
    ['text', (_, response) => response.writeHead(200).end('nothing to see here at all'), 'the service sent no picture'],
    ['a forbidden address', answering(403, {}), 'answered 403'],
    ['a missing one', answering(404, {}), 'answered 404'],
    ['another refusal', answering(400, {}), 'answered 400'],
    ['a picture that is gone', answering(410, {}), 'the picture is no longer there: 127.0.0.1'],
    [
      'one that is too large by its length',
      (_, response) => response.writeHead(200, { 'content-length': whole.length }).end(whole),
      'the picture is larger than 50 bytes',
    ],
    [
      'one that is too large as it comes',
      (_, response) => response.writeHead(200).end(whole),
      'the picture is larger than 50 bytes',
    ],
  ])('%s', async (_, order, problem) => {
    const service = await startService({ runningLooks: 0 });
    service.always('image', order);
    const limit = problem.includes('larger') ? ['--max-bytes', '50'] : [];
    const { exitCode, stdout, stderr, files } = await made(service, '--json', '--timeout', '4s', ...limit);
    expect(exitCode).toBe(9);
    expect(stderr).toContain(`error: `);
    expect(stderr).toContain(problem);
    expect(JSON.parse(stdout)).toMatchObject({
      task_id: expect.any(String),
      images: [{ path: null, bytes: null }],
      error: { code: 'download' },
    });
    expect(files).toEqual([]);
  });

  test.each<[string, (picture: Buffer) => Order]>([
    [
      'a picture that ends too early, by its length',
      (picture) => (_, response) => {
        response.writeHead(200, { 'content-length': picture.length });
        response.write(picture.subarray(0, 40), () => response.destroy());
      },
    ],
    [
      'a picture that ends too early, by its end mark',
      (picture) => (_, response) => response.writeHead(200).end(picture.subarray(0, -8)),
    ],
    ['a server in trouble', () => answering(503, {}, { 'retry-after': '0' })],
    ['a rate limit', () => answering(429, {}, { 'retry-after': '0' })],
    [
      'a body that cannot be unpacked',
      () => (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
    ],
  ])('%s is fetched again', async (_, order) => {
    const service = await startService({ runningLooks: 0 });
    service.next('image', order(service.picture));
    const { machine, exitCode, stdout, stderr, files } = await made(service);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('retrying');
    expect(files).toEqual([stdout]);
    expect(await readFile(join(machine.folder, stdout))).toEqual(service.picture);
    expect(service.count('create')).toBe(1);
  });
});

test('a transfer that broke goes on where it stopped, if the server can', async () => {
  const service = await startService({ runningLooks: 0 });
  const headers = { etag: '"v1"', 'content-type': 'image/png' };
  service.next(
    'image',
    (_, response) => {
      response.writeHead(200, { ...headers, 'content-length': service.picture.length });
      response.write(service.picture.subarray(0, 30), () => setTimeout(() => response.destroy(), 50));
    },
    (call, response) => {
      expect(call.headers).toMatchObject({ range: 'bytes=30-', 'if-range': '"v1"' });
      const rest = service.picture.subarray(30);
      const range = `bytes 30-${service.picture.length - 1}/${service.picture.length}`;
      response.writeHead(206, { ...headers, 'content-range': range, 'content-length': rest.length }).end(rest);
    },
  );
  const { machine, exitCode, stdout } = await made(service);
  expect(exitCode).toBe(0);
  expect(await readFile(join(machine.folder, stdout))).toEqual(service.picture);
});

test('an address that has expired is asked for afresh, once', async () => {
  const service = await startService({ runningLooks: 0 });
  service.next('image', answering(403, { error: 'expired' }));
  const fresh = await made(service);
  expect({ exitCode: fresh.exitCode, files: fresh.files }).toEqual({ exitCode: 0, files: [fresh.stdout] });
  expect(service.count('look')).toBe(2);

  service.always('image', answering(410, { error: 'gone' }));
  const gone = await made(service);
  expect(gone.exitCode).toBe(9);
  expect(gone.stderr.split('\n').slice(-2)).toEqual([
    expect.stringMatching(/^error: the picture is no longer there: 127\.0\.0\.1:\d+ answered 410$/),
    'Pictures are kept for seven days; after that, generate makes a new one',
  ]);
  expect(service.count('look')).toBe(4);
});

test('keeps the good pictures when one of several is gone', async () => {
  const service = await startService({ runningLooks: 0, pictures: [smallPng(1), smallPng(2), smallPng(3)] });
  service.always('image', (call, _, usual) =>
    call.path.endsWith('/1.png') ? answering(410, {})(call, _, usual) : usual(),
  );
  const { exitCode, stdout, stderr, files } = await made(service, '-o', 'a.png');
  expect(exitCode).toBe(9);
  expect(stdout.split('\n')).toEqual(['a.png', 'a-3.png']);
  expect(stderr).toContain('error: the picture is no longer');
  expect(files).toEqual(['a-3.png', 'a.png']);
});

test('pictures inside the answer are saved like any other', async () => {
  const service = await startService({ runningLooks: 0 });
  const encoded = service.picture.toString('base64');
  service.always('look', ({ task }, response) =>
    json(response, 200, {
      id: task?.id,
      status: 'completed',
      data: [{ b64_json: encoded }, { url: `data:image/png;base64,${encoded}` }],
    }),
  );
  const { machine, exitCode, stdout } = await made(service, '-o', 'a.png');
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual(['a.png', 'a-2.png']);
  for (const name of stdout.split('\n')) expect(await readFile(join(machine.folder, name))).toEqual(service.picture);
});

test('a picture behind redirects, and one that came compressed unasked', async () => {
  const service = await startService({ runningLooks: 0, pictures: [smallPng(1), smallPng(2)] });
  service.always(
    'look',
    completed((call) => [{ url: `${urlOf(service, call, 0)}?moved` }, { url: urlOf(service, call, 1) }]),
  );
  service.always('image', (call, response, usual) => {
    if (call.path.endsWith('?moved'))
      return response.writeHead(302, { location: call.path.replace('?moved', '') }).end();
    if (call.path.endsWith('/0.png')) return usual();
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(smallPng(2)));
  });
  const { machine, exitCode, stdout } = await made(service, '-o', 'a.png');
  expect(exitCode).toBe(0);
  expect(await readFile(join(machine.folder, String(stdout.split('\n')[0])))).toEqual(smallPng(1));
  expect(await readFile(join(machine.folder, String(stdout.split('\n')[1])))).toEqual(smallPng(2));
});

test.each<[string, Order]>([
  ['a store that lags', answering(404, { error: 'NoSuchKey' })],
  ["a firewall's page", (_, response) => response.writeHead(403).end('<!doctype html>Just a moment')],
  ['a host that wants a login', answering(401, {})],
  ['an address that is not signed for yet', answering(400, { error: 'AuthenticationFailed' })],
  ['a page in the place of a picture', (_, response) => response.writeHead(200).end('<!doctype html>login')],
  ['an error inside of a 200', answering(200, { code: 503, msg: 'busy' })],
])('%s may have the picture in a moment, and the task is asked for its address again', async (_, order) => {
  const service = await startService({ runningLooks: 0 });
  service.next('image', order, order, order);
  const { exitCode, stdout, files } = await made(service);
  expect({ exitCode, files }).toEqual({ exitCode: 0, files: [stdout] });
  expect([service.count('create'), service.count('image')]).toEqual([1, 4]);
});

test('the host of a picture gets what a browser would send, and not the key', async () => {
  const service = await startService({ runningLooks: 0 });
  expect((await made(service)).exitCode).toBe(0);
  const { headers } = service.calls.find(({ kind }) => kind === 'image') as Call;
  expect(headers['user-agent']).toMatch(/^Mozilla\/5\.0 \(compatible; runapi-imagen\/\d/);
  expect(headers.accept).toContain('image/png');
  expect([headers.authorization, headers.cookie, headers.referer]).toEqual([undefined, undefined, undefined]);
});

test.each<[string, (picture: Buffer) => Order]>([
  [
    'is cut before its last chunk',
    (picture) => (_, response) => {
      response.writeHead(200).write(picture, () => response.socket?.end());
    },
  ],
  [
    'was announced as longer',
    (picture) => (_, response) => {
      response.writeHead(200, { 'content-length': picture.length + 9 });
      response.write(picture, () => response.socket?.end());
    },
  ],
  [
    'is reset',
    (picture) => (_, response) => {
      response.writeHead(200).write(picture, () => setTimeout(() => response.socket?.resetAndDestroy(), 50));
    },
  ],
  [
    'is compressed and lacks its end',
    (picture) => (_, response) => {
      const { socket } = response;
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(gzipSync(picture).subarray(0, -8), () => socket?.end());
    },
  ],
])('a whole picture is kept where the transfer %s', async (_, order) => {
  const service = await startService({ runningLooks: 0 });
  service.always('image', order(service.picture));
  const { machine, exitCode, stdout } = await made(service, '--timeout', '10s');
  expect(exitCode).toBe(0);
  expect(await readFile(join(machine.folder, stdout))).toEqual(service.picture);
  expect(service.count('image')).toBe(1);
});

test('a picture that is always damaged is downloaded five times at most', async () => {
  const service = await startService({ runningLooks: 0 });
  const damaged = Buffer.from(service.picture);
  damaged[60] = (damaged[60] ?? 0) ^ 1;
  service.always('image', (_, response) => response.writeHead(200).end(damaged));
  const { exitCode, files } = await made(service);
  expect({ exitCode, files }).toEqual({ exitCode: 9, files: [] });
  expect(service.count('image')).toBe(5);
});

test.each([
  ['another ETag', { etag: '"b"' }],
  ['no ETag', {}],
  ['a weak ETag', { etag: 'W/"a"' }],
  ['another total', { etag: '"a"', 'content-range': 'bytes 40-99/100' }],
])('a part under %s is not joined to what is there', async (_, headers) => {
  const service = await startService({ runningLooks: 0 });
  const [one, other] = [smallPng(1), smallPng(2)];
  service.next(
    'image',
    (_call, response) => {
      response.writeHead(200, { etag: '"a"', 'content-length': one.length });
      response.write(one.subarray(0, 40), () => setTimeout(() => response.destroy(), 50));
    },
    (_call, response) => {
      const range = { 'content-range': `bytes 40-${other.length - 1}/${other.length}`, ...headers };
      response.writeHead(206, range).end(other.subarray(40));
    },
  );
  const { machine, exitCode, stdout } = await made(service);
  expect(exitCode).toBe(0);
  expect(await readFile(join(machine.folder, stdout))).toEqual(service.picture);
});

test.each([
  ['in capitals', (data: string) => `DATA:image/png;BASE64,${data}`],
  ['with escapes', (data: string) => `data:image/png;base64,${encodeURIComponent(data)}`],
  ['with line breaks', (data: string) => `data:image/png;base64,${data.replace(/.{60}/g, '$&\r\n')}`],
  ['with spaces around', (data: string) => ` data:image/png;charset=x; base64 ,${data} `],
  ['with the letters of URLs', (data: string) => `data:;base64,${data.replaceAll('+', '-').replaceAll('/', '_')}`],
  [
    'byte by byte',
    (data: string) =>
      `data:image/png,${[...Buffer.from(data, 'base64')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
  ],
])('a picture inside the answer is read as browsers do: %s', async (_, form) => {
  const service = await startService({ runningLooks: 0 });
  service.always(
    'look',
    completed(() => [form(service.picture.toString('base64'))]),
  );
  const { machine, exitCode, stdout } = await made(service, '-o', 'a.png', '--timeout', '3s');
  expect(exitCode).toBe(0);
  expect(await readFile(join(machine.folder, stdout))).toEqual(service.picture);
});

test('a circle of redirects ends', async () => {
  const service = await startService({ runningLooks: 0 });
  service.always('image', ({ path }, response) => response.writeHead(302, { location: path }).end());
  const { exitCode, stderr, files } = await made(service, '--timeout', '4s');
  expect({ exitCode, files }).toEqual({ exitCode: 9, files: [] });
  expect(stderr).toContain('redirects in a loop');
});

test('where the picture cannot be fetched the task is not lost: resume fetches it', async () => {
  const service = await startService({ runningLooks: 0 });
  service.always('image', answering(405, {}));
  const { machine, exitCode, stderr } = await made(service, '--timeout', '4s');
  const [task] = service.tasks.values();
  expect(exitCode).toBe(9);
  expect(stderr.endsWith(`Continue with: runapi-imagen resume ${task?.id}`)).toBe(true);
  service.always('image', (_, __, usual) => usual());
  const resumed = await run(machine, ['resume', String(task?.id)]);
  expect({ exitCode: resumed.exitCode, files: await filesIn(machine.folder) }).toEqual({
    exitCode: 0,
    files: [resumed.stdout],
  });
  expect(service.count('create')).toBe(1);
});
