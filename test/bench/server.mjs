// A RunAPI of the guide's dialect that costs next to nothing, for measuring: a task takes --task-ms, and more than
// --per-second requests a second are refused with 429. Prints its address.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';

const { values } = parseArgs({
  options: {
    'task-ms': { type: 'string', default: '0' },
    'per-second': { type: 'string', default: 'Infinity' },
    'image-bytes': { type: 'string', default: '0' },
  },
});
const taskMs = Number(values['task-ms']);
const perSecond = Number(values['per-second']);
const picture = pictureOf(Number(values['image-bytes']));
const pictureHead = { 'content-type': 'image/png', 'content-length': picture.length, etag: '"1"' };

const ids = new Map();
const tasks = new Map();
const counts = { create: 0, look: 0, image: 0, refused: 0, charged: 0 };
let second = 0;
let inSecond = 0;

const server = createServer((request, response) => {
  const { url, method } = request;
  if (url === '/counts') return json(response, 200, counts);
  if (url.startsWith('/files/')) {
    counts.image += 1;
    response.writeHead(200, pictureHead).end(picture);
    return;
  }
  if (tooMany()) {
    counts.refused += 1;
    request.resume();
    return json(response, 429, { error: 'too many requests' }, { 'retry-after': '1' });
  }
  if (method === 'POST') {
    request.resume().on('end', () => create(request.headers['idempotency-key'], response));
    return;
  }
  counts.look += 1;
  const id = url.slice(url.lastIndexOf('/') + 1);
  const began = tasks.get(id);
  if (began === undefined) return json(response, 404, { error: 'no such task' });
  if (performance.now() - began < taskMs) return json(response, 200, { id, status: 'processing' });
  json(response, 200, { id, status: 'completed', images: [{ url: `${base}/files/${id}.png` }] });
});

function create(key, response) {
  counts.create += 1;
  let id = ids.get(key);
  if (id === undefined) {
    id = `tsk_${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
    ids.set(key, id);
    tasks.set(id, performance.now());
    counts.charged += 1;
  }
  json(response, 200, { task_id: id, status: 'pending', model: 'imagen-4' });
}

function tooMany() {
  const now = Math.floor(performance.now() / 1000);
  if (now !== second) [second, inSecond] = [now, 0];
  inSecond += 1;
  return inSecond > perSecond;
}

function json(response, status, body, headers = {}) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** A PNG of about so many bytes: stored, not compressed. */
function pictureOf(bytes) {
  const side = Math.max(16, Math.ceil(Math.sqrt(bytes / 3)));
  const size = Buffer.from(Uint32Array.of(side, side).buffer).swap32();
  const rows = Buffer.alloc(side * (1 + side * 3));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.concat([size, Buffer.of(8, 2, 0, 0, 0)])),
    chunk('IDAT', deflateSync(rows, { level: bytes > 0 ? 0 : 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

let base = '';
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}`;
  console.log(base);
});
