import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../support/program.ts';
import { answering, type Order, type Service, smallPng, startService } from '../support/service.ts';
import { live, type Outcome, picture } from './life.ts';
import {
  changed,
  endless,
  gzipped,
  redirecting,
  resetting,
  saying,
  stallingAfter,
  tornAfter,
  withoutHeaders,
} from './misbehaviour.ts';

const aMoment = ['--timeout', '1500ms'];
/** Long enough for a try to fail on a busy machine before the time is up. */
const someTries = ['--timeout', '5s'];
const half = picture.length / 2;
const page = '<!doctype html><title>Sign in</title>';
/** Bytes that were asked for from a place in the middle, of another picture than before. */
const anotherPart: Order = (_call, response) =>
  void response.writeHead(206, { 'content-range': `bytes 7-99/${picture.length}` }).end(picture.subarray(7, 100));

test.concurrent.for<[string, (service: Service) => unknown, Outcome]>([
  ['the transfer is cut before it begins', (s) => s.next('image', resetting), {}],
  ['the transfer is cut at three places', (s) => s.next('image', tornAfter(10), tornAfter(half), tornAfter(99)), {}],
  [
    'the transfer is cut, and nothing tells whether the picture is the same',
    (s) => s.next('image', withoutHeaders(tornAfter(half)), withoutHeaders(tornAfter(half + 1000))),
    {},
  ],
  ['the transfer is cut, and the rest is refused', (s) => s.next('image', tornAfter(half), saying(416)), {}],
  ['the transfer is cut, and another part comes', (s) => s.next('image', tornAfter(half), anotherPart), {}],
  ['the picture has changed meanwhile', (s) => s.next('image', tornAfter(half, { etag: '"before"' })), {}],
  ['the picture is compressed', (s) => s.next('image', gzipped()), {}],
  [
    'the picture is no brotli, as it says it is',
    (s) =>
      s.next(
        'image',
        changed((b) => b, { 'content-encoding': 'br' }),
      ),
    {},
  ],
  [
    'the picture is compressed and cannot be unpacked',
    (s) =>
      s.next(
        'image',
        gzipped((b) => b.fill(1, 200, 300)),
      ),
    {},
  ],
  [
    'the picture is compressed and torn',
    (s) =>
      s.next(
        'image',
        gzipped((b) => b.subarray(0, b.length / 2)),
      ),
    {},
  ],
  [
    'less is announced than there is',
    (s) =>
      s.next(
        'image',
        changed((b) => b.subarray(0, half)),
      ),
    {},
  ],
  [
    'the picture is empty',
    (s) =>
      s.next(
        'image',
        changed(() => Buffer.alloc(0)),
      ),
    {},
  ],
  ['the host is in trouble', (s) => s.next('image', saying(500), saying(502)), {}],
  ['the host is busy', (s) => s.next('image', saying(503, '', { 'retry-after': '1' })), {}],
  [
    'the type is another',
    (s) =>
      s.always(
        'image',
        changed((b) => b, { 'content-type': 'text/html' }),
      ),
    {},
  ],
  ['the address is no longer good, a fresh one is', (s) => s.next('image', saying(403, '<Error>Expired</Error>')), {}],
  [
    'the address ends in the middle of the transfer',
    (s) => s.next('image', tornAfter(half), saying(403), tornAfter(half)),
    {},
  ],
  [
    'a web page comes instead of a picture',
    (s) => s.always('image', saying(200, page)),
    { exitCode: 9, told: 'the service sent no picture', later: 'the picture', words: someTries },
  ],
  [
    'the picture is never whole',
    (s) =>
      s.always(
        'image',
        changed((b) => b.subarray(0, half)),
      ),
    { exitCode: 9, told: 'sent an incomplete picture', later: 'the picture', words: someTries },
  ],
  [
    'the picture is larger than it may be',
    (s) => s,
    { exitCode: 9, told: 'the picture is larger than', later: 'the picture', words: ['--max-bytes', '100kB'] },
  ],
  [
    'the picture has no end',
    (s) => s.always('image', endless(picture.subarray(0, half))),
    { exitCode: 9, told: 'the picture is larger than', later: 'the picture', words: ['--max-bytes', '20MB'] },
  ],
  [
    'the picture stalls',
    (s) => s.always('image', stallingAfter(half)),
    { exitCode: 5, told: 'not finished after 1.5s', later: 'the picture', words: aMoment },
  ],
  [
    'the host stays away',
    (s) => s.always('image', resetting),
    { exitCode: 9, told: 'cut the connection', later: 'the picture', words: someTries },
  ],
  [
    'the picture is sent in a circle',
    (s) => s.always('image', redirecting(302, '/files/round/0.png')),
    { exitCode: 9, told: 'redirects in a loop', later: 'the picture', words: someTries },
  ],
  [
    'the picture is sent to a file of this machine',
    (s) => s.always('image', redirecting(302, 'file:///etc/passwd')),
    { exitCode: 9, told: 'redirects to file://', later: 'the picture' },
  ],
  [
    'the picture is gone for good',
    (s) => s.always('image', saying(410)),
    { exitCode: 9, told: 'the picture is no longer there', later: 'nothing' },
  ],
])('%s', async ([, misbehave, outcome], { onTestFinished }) => {
  const service = await live(misbehave, outcome, onTestFinished);
  expect(service.count('create')).toBe(1);
});

test.concurrent('a torn transfer goes on where it stopped', async ({ onTestFinished }) => {
  const service = await live((s) => s.next('image', tornAfter(half)), {}, onTestFinished);
  const [, second] = service.calls.filter(({ kind }) => kind === 'image');
  const etag = `"${createHash('sha256').update(picture).digest('hex').slice(0, 16)}"`;
  expect(second?.headers).toMatchObject({ range: expect.stringMatching(/^bytes=[1-9]\d*-$/), 'if-range': etag });
});

test.concurrent('another origin gets the request for the picture, and not the key', async ({ onTestFinished }) => {
  const host = await startService({}, onTestFinished);
  const headers: unknown[] = [];
  host.always('image', (call, response) => {
    headers.push(call.headers);
    response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
  });
  await live((s) => s.always('image', redirecting(302, `${host.url}/files/a/0.png`)), {}, onTestFinished);
  expect(headers).toHaveLength(1);
  expect(JSON.stringify(headers)).not.toContain('rk_test');
});

test.concurrent('keeps the good pictures when one of them is gone', async ({ onTestFinished }) => {
  const pictures = [picture, smallPng(1), smallPng(2)];
  await live(
    (s) =>
      s.always('image', (call, response, usual) =>
        call.path.endsWith('1.png') ? response.writeHead(404).end() : usual(),
      ),
    { exitCode: 9, later: 'the picture', options: { pictures }, words: someTries },
    onTestFinished,
  );
});

test.concurrent.for<[string, string]>([
  ['is cut short', 'data:image/png;base64,iVBORw0KGgo='],
  ['is none', 'data:image/png,%E0%A4%A'],
  ['has no end of its head', 'data:image/png;base64'],
])('a picture inside the answer that %s fails as a download', async ([, url], { onTestFinished }) => {
  await live(
    (s) => s.always('look', answering(200, { status: 'completed', images: [{ url }] })),
    { exitCode: 9, later: 'the picture', words: someTries },
    onTestFinished,
  );
});

test.concurrent('takes up a task of which one picture came inside the answer', async ({ onTestFinished }) => {
  const service = await startService({ pictures: [picture] }, onTestFinished);
  const machine = await newMachine(onTestFinished);
  const inside = `data:;base64,${smallPng(3).toString('base64')}`;
  service.always('look', ({ task }, response) => {
    const images = [{ url: inside }, { url: `${service.url}/files/${task?.id}/0.png` }];
    answering(200, { status: 'completed', images })({} as never, response, () => undefined);
  });
  service.always('image', saying(200, page));
  const first = await run(machine, ['generate', 'a mug', '--base-url', service.url, ...someTries]);
  service.always('image', (_call, _response, usual) => usual());
  expect([first.exitCode, await filesIn(machine.folder)]).toEqual([9, [expect.stringMatching(/\.png$/)]]);
  const second = await run(machine, ['resume']);
  expect([second.exitCode, second.stderr]).toEqual([0, second.stderr]);
  expect(await filesIn(machine.folder)).toHaveLength(2);
});
