import { expect, test } from 'vitest';
import { redirecting, saying } from '../paid-task/misbehaviour.ts';
import { answering, json, type Order, type Service, smallPng } from '../support/service.ts';
import { type Outcome, suffer } from './suffer.ts';
import { bomb, dripping, evil, flooding, head, sendingRaw } from './tricks.ts';

/** A few of them cost little and run with all tests; `npm run test:hostile` runs them all. */
const all = process.env.HOSTILE === 'all';

type Case = [string, (service: Service) => unknown, Outcome];

const task = { task_id: 'tsk_1', status: 'pending' };
const done = { id: 'tsk_1', status: 'completed' };
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const jsonHead = 'content-type: application/json';
const png = smallPng(3);
const huge = Buffer.from(png);
huge.writeUInt32BE(1_000_000_000, 16);
huge.writeUInt32BE(1_000_000_000, 20);
const lying = Buffer.from(png);
lying.writeUInt32BE(0x7fff_fff0, 33);

function always(kind: 'create' | 'look' | 'image', order: Order) {
  return (service: Service): void => service.always(kind, order);
}

const evilEverywhere: Order = (_call, response) =>
  json(
    response,
    422,
    {
      error: { message: `bad ${evil}`, code: evil, details: { [evil]: evil } },
      errors: { [evil]: [evil] },
      __proto__: { polluted: true },
    },
    { 'x-request-id': 'req \u009b31m\u0085' },
  );

const evilTask: Order = ({ task: asked }, response) =>
  json(response, 200, {
    id: asked?.id,
    status: 'completed',
    model: evil,
    images: [{ url: `http://127.0.0.1:1/${evil}.png?${evil}` }],
    billing: { currency: evil, settlement: { charged_amount_cents: 1e300 } },
  });

const manyImages: Order = (_call, response) => {
  const url = `http://127.0.0.1:1/${'x'.repeat(20)}`;
  json(response, 200, { ...done, images: Array.from({ length: 100_000 }, () => ({ url })) });
};

const someImages: Order = (_call, response) => {
  const images = Array.from({ length: 20_000 }, () => 'http://127.0.0.1:1/x');
  json(response, 200, { ...done, images });
};

const smallThings: Order = (_call, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`{"status":"running","x":[${'{},'.repeat(1e6)}{}]}`);
};

const longAddress: Order = (_call, response) =>
  json(response, 200, { ...done, images: [`https://x.invalid/${'A'.repeat(5e6)}`] });

/** Blocks of a packed stream that hold nothing, one after the other. */
const nothingPacked: Order = (_call, response) => {
  const { socket } = response;
  socket?.on('error', () => undefined);
  socket?.write(head('content-type: image/png', 'content-encoding: gzip'));
  socket?.write(Buffer.from('1f8b0800000000000003', 'hex'));
  const empty = Buffer.alloc(65_535, Buffer.from('000000ffff', 'hex'));
  const pour = (): void => {
    while (socket && !socket.destroyed && socket.write(empty));
    if (socket && !socket.destroyed) socket.once('drain', pour);
  };
  pour();
};

const cases: Case[] = [
  ['escape codes in every field of a refusal', always('create', evilEverywhere), { exitCode: 4, told: /bad .*evil/ }],
  [
    'escape codes in every field of a task',
    always('look', evilTask),
    { exitCode: 0, words: ['--no-download', '--json'] },
  ],
  [
    'escape codes in a reason and in a status',
    always('create', sendingRaw(`HTTP/1.1 400 ${evil.replace(/[\r\n]/g, '')}\r\n${jsonHead}\r\n\r\n${evil}`)),
    { exitCode: 4 },
  ],
  [
    'lists in lists in an answer, 100,000 deep',
    always('look', saying(200, `{"id":"tsk_1","status":"completed","images":${deep(100_000)}}`)),
    { exitCode: 5 },
  ],
  [
    'lists in lists in a refusal, 100,000 deep',
    always('create', saying(422, `{"errors":${deep(100_000)}}`)),
    { exitCode: 4 },
  ],
  [
    'a refusal of twenty megabytes of half tags',
    always('create', saying(422, JSON.stringify({ error: '<a'.repeat(10_000_000) }))),
    { exitCode: 4 },
  ],
  [
    'an answer that unpacks to 300 MB',
    always('create', bomb('{"task_id":"', 300, 'gzip')),
    { exitCode: 8, told: 'sends an answer without end' },
  ],
  ['headers without end', always('create', flooding('HTTP/1.1 200 OK\r\n', 'x-more: and more\r\n')), { exitCode: 8 }],
  [
    'provisional answers without end',
    always('create', flooding('', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n')),
    { exitCode: 5 },
  ],
  ['a picture that says it has a billion times a billion pixels', always('image', saying(200, huge)), { exitCode: 9 }],
  [
    'an answer that unpacks to 300 MB, by brotli',
    always('look', bomb('{"id":"', 300, 'br')),
    { exitCode: 5, told: /without end|not finished/ },
  ],
  [
    'a picture that unpacks to 300 MB',
    always('image', bomb(png.subarray(0, 41), 300, 'gzip', 'image/png')),
    { exitCode: 9, words: ['--max-bytes', '20MB'], told: 'larger than' },
  ],
  [
    'a header of a megabyte',
    always('create', sendingRaw(head(`x-big: ${'x'.repeat(1_000_000)}`), '{}')),
    { exitCode: 8, told: 'sent headers that are too large' },
  ],
  [
    'a header of a megabyte with a picture',
    always('image', sendingRaw(head(`etag: "${'x'.repeat(1_000_000)}"`), png)),
    { exitCode: 9, told: /too large|not finished/ },
  ],
  ['100,000 headers', always('look', sendingRaw(head('x: 1\r\n'.repeat(100_000).trimEnd()), '{}')), { exitCode: 5 }],
  ['headers that drip', always('create', dripping('HTTP/1.1 200 OK\r\nx: ', 'x')), { exitCode: 5 }],
  ['an answer that drips', always('create', dripping(head(jsonHead), ' ')), { exitCode: 5 }],
  ['a look that drips', always('look', dripping(head(jsonHead), ' ')), { exitCode: 5 }],
  [
    'a picture that drips',
    always('image', dripping(Buffer.concat([Buffer.from(head('content-type: image/png')), png.subarray(0, 60)]), 'x')),
    { exitCode: 5 },
  ],
  ['100,000 pictures', always('look', manyImages), { exitCode: 5, told: 'not JSON' }],
  ['20,000 pictures', always('look', someImages), { exitCode: 9 }],
  ['22 million small things', always('look', smallThings), { exitCode: 5 }],
  ['an address of 5 MB', always('look', longAddress), { exitCode: 5, told: 'holds no image' }],
  [
    'details of 5 MB',
    always('create', answering(422, { error: 'no', errors: { prompt: ['A'.repeat(5e6)] } })),
    { exitCode: 4, words: ['--json'] },
  ],
  [
    'a picture that is packed, and unpacks to nothing without end',
    always('image', nothingPacked),
    { exitCode: 5, told: 'not finished' },
  ],
  ['an answer that is packed, and unpacks to nothing without end', always('look', nothingPacked), { exitCode: 5 }],
  ['a currency and a unit that a terminal would obey', always('look', evilTask), { exitCode: 9 }],
  [
    'an id that is a flag',
    always('create', answering(200, { task_id: '--all' })),
    { exitCode: 5, told: 'resume -- --all' },
  ],
  [
    'a task id of another user in a header',
    always('create', answering(200, {}, { 'x-runapi-task-id': '../../etc/passwd' })),
    { exitCode: 8 },
  ],
  ['an id that is a path', always('create', answering(200, { task_id: '../../../x', id: '..' })), { exitCode: 8 }],
  [
    'addresses of a picture that are none',
    always(
      'look',
      answering(200, { ...done, images: ['file:///etc/passwd', '/etc/passwd', 'ftp://x/y', 'javascript:1'] }),
    ),
    { exitCode: 5, told: 'holds no image' },
  ],
  [
    'a picture that is sent to a data: address',
    always('image', redirecting(302, 'data:image/png;base64,AAAA')),
    { exitCode: 9 },
  ],
  ['a picture that is sent to javascript:', always('image', redirecting(302, 'javascript:alert(1)')), { exitCode: 9 }],
  [
    'a picture whose chunk is longer than the file',
    always('image', saying(200, lying)),
    { exitCode: 9, told: 'cut short' },
  ],
  [
    'more bytes than were announced',
    always('image', sendingRaw(head('content-length: 10', 'content-type: image/png'), png)),
    { exitCode: 9 },
  ],
  [
    'fewer bytes than were announced',
    always('image', sendingRaw(head('content-length: 99999', 'content-type: image/png'), png)),
    { exitCode: 0, files: 1, words: ['--timeout', '10s'] }, // all of the picture is there
  ],
  [
    'two lengths that differ',
    always('create', sendingRaw(head('content-length: 2', 'content-length: 40', jsonHead), '{}')),
    { exitCode: 8 },
  ],
  [
    'an answer of HTTP/1.0 without a length',
    (service) =>
      service.always('look', (call, response) => {
        const url = `${service.url}/files/${call.task?.id}/0.png`;
        response.socket?.end(`HTTP/1.0 200 OK\r\n${jsonHead}\r\n\r\n${JSON.stringify({ ...done, images: [url] })}`);
      }),
    { exitCode: 0, files: 1 },
  ],
  [
    'an answer to the next request, smuggled in behind this one',
    (service) =>
      service.next('create', (_call, response, usual) => {
        const { end } = response;
        response.end = ((body: string) => {
          end.call(response, body, 'utf8');
          const forged = JSON.stringify({ ...done, images: ['http://127.0.0.1:1/forged.png'] });
          response.socket?.write(`HTTP/1.1 200 OK\r\n${jsonHead}\r\ncontent-length: ${forged.length}\r\n\r\n${forged}`);
          return response;
        }) as typeof response.end;
        usual();
      }),
    { exitCode: 0, files: 1 },
  ],
  [
    'numbers beyond all counting',
    always('create', saying(200, '{"task_id":"tsk_1","billing":{"reservation":{"amount_cents":1e999}}}')),
    { exitCode: 5 },
  ],
  [
    'an address that turns round and hides signs',
    always('look', answering(200, { ...done, images: ['http://127.0.0.1:1/\u202egnp\u200b.exe'] })),
    { exitCode: 9, told: '127.0.0.1:1' },
  ],
  [
    'pictures of a cloud, a printer and a neighbour',
    always(
      'look',
      answering(200, { ...done, images: ['http://192.0.0.192/', 'http://[::a9fe:a9fe]/', 'http://224.0.0.251/'] }),
    ),
    { exitCode: 9, told: 'not followed' },
  ],
  [
    'a picture that is sent to the metadata of a cloud',
    always('image', redirecting(302, 'http://169.254.169.254/latest/meta-data/')),
    { exitCode: 9, told: 'the local link: not followed' },
  ],
  [
    'a refusal in 200 that hides signs',
    always('create', answering(200, { success: false, message: `no ${evil}` })),
    { exitCode: 8, told: 'named no task: no' },
  ],
  [
    'a Retry-After of 400 digits',
    always('look', answering(429, task, { 'retry-after': '9'.repeat(400) })),
    { exitCode: 5 },
  ],
];

const few = cases.filter(([name]) => /escape codes|in a refusal/.test(name));
const more = cases.filter((each) => !few.includes(each));

test.concurrent.for(few)('%s', async ([, misbehave, outcome], { onTestFinished }) => {
  await suffer(misbehave, outcome, onTestFinished);
});

test.skipIf(!all).concurrent.for(more)('%s', async ([, misbehave, outcome], { onTestFinished }) => {
  await suffer(misbehave, outcome, onTestFinished);
});

test.skipIf(!all).concurrent('a cookie is never sent back', async ({ onTestFinished }) => {
  const service = await suffer(
    (s) =>
      s.always('create', (_call, response, usual) => {
        response.setHeader('set-cookie', ['session=1; Path=/', 'b=2']);
        usual();
      }),
    { exitCode: 0, files: 1 },
    onTestFinished,
  );
  expect(service.calls.flatMap(({ headers }) => headers.cookie ?? [])).toEqual([]);
});
