import { byteRange } from './byte-range.ts';
import { type Answer, type Call, type House, isFirstTry } from './call.ts';
import { matchesAny } from './etag.ts';
import { progressOf } from './progress.ts';
import { pictureFor } from './recent-pictures.ts';
import { Refusal } from './refusal.ts';
import type { SandboxTask } from './task-book.ts';

const keptMs = 7 * 86_400_000;

/** The picture of a completed task, for seven days. Open to all: the key has no business here, and is refused. */
export function sendImage(call: Call, house: House, id: string): Answer {
  if (call.headers.authorization !== undefined) {
    throw new Refusal(400, 'An API key was sent to the image host: it must go to the API only');
  }
  const task = house.book.find(id);
  if (!task || progressOf(task, house.now()) !== 'completed') throw new Refusal(404, 'No such file');
  const expired = task.order.faults.has('expired') || house.now() >= task.endsAtMs + keptMs;
  if (expired) throw new Refusal(410, 'The file has expired');
  return task.order.faults.has('not-an-image') ? page : imageAnswer(call, house, task);
}

const page: Answer = {
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>Sign in</title><p>This is no image: the prompt ordered a page.</p>\n',
};

function imageAnswer({ method, headers: asked }: Call, house: House, task: SandboxTask): Answer {
  const { bytes, etag } = pictureFor(task.order);
  const headers = {
    'Content-Type': 'image/png',
    ETag: etag,
    'Accept-Ranges': 'bytes',
  };
  if (matchesAny(asked['if-none-match'], etag)) return { status: 304, headers };
  // A range of another version than the client has would give it a picture that never was.
  const sameVersion = asked['if-range'] === undefined || asked['if-range'] === etag;
  const range = sameVersion && method === 'GET' ? byteRange(asked.range, bytes.length) : undefined;
  if (range === 'none') {
    return {
      status: 416,
      headers: { ...headers, 'Content-Range': `bytes */${bytes.length}` },
    };
  }
  if (range) {
    const { first, last } = range;
    const place = { 'Content-Range': `bytes ${first}-${last}/${bytes.length}` };
    return {
      status: 206,
      headers: { ...headers, ...place },
      body: bytes.subarray(first, last + 1),
    };
  }
  const torn = method === 'GET' && task.order.faults.has('torn') && isFirstTry(house, `torn ${task.id}`);
  return {
    status: 200,
    headers,
    body: bytes,
    ...(torn && { breaks: 'half way' as const }),
  };
}
