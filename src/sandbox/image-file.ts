import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { type Answer, type Call, hasCurrent, Refusal } from './call.ts';
import type { Order } from './order.ts';
import type { Canvas } from './picture/landscape.ts';
import { drawPicture } from './picture.ts';
import { progressOf, type SandboxTask, type TaskBook } from './task-book.ts';

const keptMs = 7 * 86_400_000;

/** Sends the picture of a completed task, for seven days. It needs no key, and refuses one that leaks to it. */
export async function sendImage(call: Call, book: TaskBook, name: string): Promise<Answer> {
  const [, id, number] = /^([\w-]+)(?:\.(\d+))?\.(?:png|jpg)$/.exec(name) ?? [];
  if (id === undefined) throw new Refusal(404, 'Not found');
  if (call.headers.authorization !== undefined)
    throw new Refusal(400, 'An API key was sent to the image host: it must go to the API only');
  const task = book.tasks.get(id);
  const index = Number(number ?? 1) - 1;
  if (!task || !(index >= 0 && index < task.order.count) || progressOf(task, book.now()) !== 'completed')
    throw new Refusal(404, 'No such file');
  const { faults } = task.order;
  if (faults.has('expired') || book.now() >= task.endsAtMs + keptMs) throw new Refusal(410, 'The file has expired');
  return faults.has('not-an-image') ? page : await imageAnswer(call, book, task, index);
}

const page: Answer = {
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>Sign in</title><p>Not an image: the prompt ordered a page.</p>\n',
};

async function imageAnswer(call: Call, book: TaskBook, { id, order }: SandboxTask, index: number): Promise<Answer> {
  const { method, headers: asked } = call;
  const { bytes, etag } = await pictureFor(book, order, index);
  const headers = {
    'Content-Type': order.format === 'jpg' ? 'image/jpeg' : 'image/png',
    ETag: etag,
    'Accept-Ranges': 'bytes',
  };
  if (hasCurrent(call, etag)) return { status: 304, headers };
  // A range of another version would make a mixed picture. Of ranges only that of a client that goes on is known.
  const isSame = asked['if-range'] === undefined || asked['if-range'] === etag;
  const [, from] = (isSame && method === 'GET' && /^bytes=(\d+)-$/.exec(asked.range?.trim() ?? '')) || [];
  if (from !== undefined) {
    const rest = bytes.subarray(Number(from));
    const place = rest.length > 0 ? `${from}-${bytes.length - 1}` : '*';
    const partial = { ...headers, 'Content-Range': `bytes ${place}/${bytes.length}` };
    return rest.length > 0 ? { status: 206, headers: partial, body: rest } : { status: 416, headers: partial };
  }
  const isTorn = method === 'GET' && order.faults.has('torn') && book.isFirstTry(`torn ${id}`);
  return { status: 200, headers, body: bytes, ...(isTorn && { breaks: 'half way' as const }) };
}

const keptPictures = 4;
const recent = new Map<string, { bytes: Uint8Array; etag: string }>();

/** Draws a picture, or takes it from the last few: HEAD, Range and retries ask for the same one again. */
async function pictureFor(
  book: TaskBook,
  { prompt, model, seed, ratio, resolution, format, sources }: Order,
  index: number,
): Promise<{ bytes: Uint8Array; etag: string }> {
  const name = JSON.stringify([prompt, model, seed, ratio, resolution, format, sources, index]);
  let picture = recent.get(name);
  if (!picture) {
    const colours = await Promise.all(sources.map((url) => colourOf(book, url)));
    const drawn = drawPicture({ prompt, model, seed, ratio, resolution, index, colours });
    const bytes = format === 'jpg' ? await encodeJpeg(drawn) : encodePng(drawn);
    picture = { bytes, etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"` };
  }
  recent.delete(name);
  recent.set(name, picture);
  for (const [oldest] of [...recent].slice(0, -keptPictures)) recent.delete(oldest);
  return picture;
}

/** PNG, third edition, §5: eight bits of red, green and blue, each row unfiltered. zlib is faster than any package. */
export function encodePng({ width, height, pixels }: Canvas): Uint8Array {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const line = width * 3;
  const rows = Buffer.alloc(height * (line + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * line, (y + 1) * line), y * (line + 1) + 1);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...chunks]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}

async function encodeJpeg({ width, height, pixels }: Canvas): Promise<Uint8Array> {
  const { encode } = await import('jpeg-js');
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) data.set(pixels.subarray(at * 3, at * 3 + 3), at * 4);
  return encode({ width, height, data }, 85).data;
}

/** The average colour of a picture that was uploaded; one that stands elsewhere is not fetched, and is grey. */
async function colourOf({ uploads }: TaskBook, url: string): Promise<readonly [number, number, number]> {
  const { readPixels } = await import('../image/pixels.ts');
  const bytes = uploads.get(url.slice(url.lastIndexOf('/') + 1))?.bytes;
  const pixels = bytes && readPixels(bytes);
  if (!pixels) return [128, 128, 128];
  const { data } = pixels;
  const average = (channel: number): number => {
    let sum = 0;
    for (let at = channel; at < data.length; at += 4) sum += data[at] ?? 0;
    return Math.round(sum / (data.length / 4));
  };
  return [average(0), average(1), average(2)];
}
