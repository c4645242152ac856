// A RunAPI of the guide's dialect that costs next to nothing, for measuring: a task takes --task-ms, and more than
// --per-second requests a second are refused with 429. Prints its address.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { encode } from 'fast-png';

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

/** Noise does not compress: three bytes a pixel come out as about three bytes. */
function pictureOf(bytes) {
  const side = Math.max(16, Math.ceil(Math.sqrt(bytes / 3)));
  const data = bytes > 0 ? randomBytes(side * side * 3) : new Uint8Array(side * side * 3);
  return Buffer.from(encode({ width: side, height: side, data, channels: 3, depth: 8 }));
}

let base = '';
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}`;
  console.log(base);
});
