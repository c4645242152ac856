import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { type Answer, type Call, hasCurrent, Refusal, refuseKey } from './answer.ts';
import { type Book, progressOf } from './book.ts';
import { formatOf, type Order } from './order.ts';
import type { Canvas } from './picture/landscape.ts';
import { drawPicture } from './picture.ts';

const keptMs = 7 * 86_400_000;
const page = Buffer.from('<!doctype html><title>Sign in</title><p>Not an image: the prompt ordered a page.</p>\n');

/** Sends the picture of a completed task, for seven days. It stands for another host and needs no key. */
export async function sendImage(call: Call, book: Book, name: string): Promise<Answer> {
  const [, id, number = 1] = /^([\w-]+)(?:\.(\d+))?\.(?:png|jpg)$/.exec(name) ?? [];
  if (id === undefined) throw new Refusal(404, 'Not found');
  refuseKey(call, 'image');
  const task = book.tasks.get(id);
  const index = Number(number) - 1;
  if (!task || !(index >= 0 && index < task.order.count) || progressOf(task, book.now()) !== 'completed')
    throw new Refusal(404, 'No such file');
  const { order, endsAtMs } = task;
  if (order.faults.has('expired') || book.now() >= endsAtMs + keptMs) throw new Refusal(410, 'The file has expired');
  if (order.faults.has('not-an-image')) return { headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: page };
  const answer = partOf(await imageOf(order, index), formatOf(order.fields), call);
  const isTorn = order.faults.has('torn') && !answer.status && call.method === 'GET' && book.isFirstTry(`torn ${id}`);
  return { ...answer, breaks: isTorn ? 'half way' : undefined };
}

/** Answers the whole picture, or its rest to a client that goes on. */
function partOf(bytes: Buffer, format: 'png' | 'jpg', call: Call): Answer {
  const { range, 'if-range': known } = call.headers;
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  const type = format === 'jpg' ? 'image/jpeg' : 'image/png';
  const headers = { 'Content-Type': type, ETag: etag, 'Accept-Ranges': 'bytes' };
  if (hasCurrent(call, etag)) return { status: 304, headers };
  // A range of another version would make a mixed picture.
  const isSame = known === undefined || known === etag;
  const [, from] = (isSame && call.method === 'GET' && /^bytes=(\d+)-$/.exec(range?.trim() ?? '')) || [];
  if (from === undefined) return { headers, body: bytes };
  const rest = bytes.subarray(Number(from));
  const place = rest.length > 0 ? `${from}-${bytes.length - 1}` : '*';
  const partial = { ...headers, 'Content-Range': `bytes ${place}/${bytes.length}` };
  return rest.length > 0 ? { status: 206, headers: partial, body: rest } : { status: 416, headers: partial };
}

/** The last picture: Range and retries ask for the same one again. */
let last: { name: string; bytes: Buffer } | undefined;

async function imageOf({ fields, sources }: Order, index: number): Promise<Buffer> {
  const name = JSON.stringify([fields, index]);
  if (last?.name === name) return last.bytes;
  const drawn = drawPicture(fields, sources, index);
  const bytes = formatOf(fields) === 'jpg' ? await encodeJpeg(drawn) : encodePng(drawn);
  last = { name, bytes };
  return bytes;
}

/** PNG, third edition, §5: eight bits of red, green and blue, each row unfiltered. zlib is faster than any package. */
export function encodePng({ width, height, pixels }: Canvas): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const line = width * 3;
  const rows = Buffer.alloc(height * (line + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * line, (y + 1) * line), y * (line + 1) + 1);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const data = deflateSync(rows, { level: 1 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}

async function encodeJpeg({ width, height, pixels }: Canvas): Promise<Buffer> {
  const { encode } = await import('jpeg-js');
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) data.set(pixels.subarray(at * 3, at * 3 + 3), at * 4);
  return Buffer.from(encode({ width, height, data }, 85).data);
}
