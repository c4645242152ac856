import { stat } from 'node:fs/promises';
import { embeddedRequest } from '../image/embed.ts';
import { isObject } from '../json.ts';
import { type ImageRequest, imageRequest } from '../request/request.ts';
import { readPart } from './read-part.ts';

/** The data embedded in a picture. */
export interface Embedded {
  request: ImageRequest;
  task: string | undefined;
  /** It was made in a sandbox. */
  sandbox: boolean;
}

/** It stands near the beginning of a PNG or JPEG and at the end of a WebP. A prompt has 1 MB at most. */
const searchedBytes = 4 * 1024 * 1024;

/** Reads what --embed put into a picture; undefined where there is nothing. Throws what the file system throws. */
export async function readEmbedded(path: string): Promise<Embedded | undefined> {
  const about = await stat(path);
  if (!about.isFile()) return undefined; // a pipe must not hang
  const head = await readPart(path, 0, searchedBytes);
  const found =
    embeddedRequest(head) ??
    embeddedRequest(await readPart(path, Math.max(0, about.size - searchedBytes), searchedBytes));
  if (!isObject(found)) return undefined;
  const read = imageRequest.safeParse(found.request);
  if (!read.success) return undefined;
  const task = typeof found.task_id === 'string' ? found.task_id : undefined;
  return { request: read.data, task, sandbox: found.sandbox === true };
}
