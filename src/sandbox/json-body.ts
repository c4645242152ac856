import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

const most = 1024 * 1024;

/**
 * The JSON in a request of at most 1 MiB.
 *
 * @throws {Refusal} 415 for another content type, 413 for a larger body, 400 where it is no JSON
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new Refusal(415, 'Content-Type must be application/json');
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'The request body is not valid JSON');
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // What comes after the limit is read and dropped: a client that is still sending would not see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
  }
  if (size > most) throw new Refusal(413, 'The request body is larger than 1 MiB');
  return Buffer.concat(chunks).toString('utf8');
}
