import { type FileHandle, open, stat } from 'node:fs/promises';
import { embeddedRequest } from '../image/embed.ts';
import { isObject } from '../json.ts';
import { type ImageRequest, imageRequest } from '../request/request.ts';

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
  if (!(await stat(path)).isFile()) return undefined; // a pipe must not hang
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = await part(file, 0);
    const found = embeddedRequest(head) ?? embeddedRequest(await part(file, Math.max(0, size - searchedBytes)));
    if (!isObject(found)) return undefined;
    const read = imageRequest.safeParse(found.request);
    if (!read.success) return undefined;
    const task = typeof found.task_id === 'string' ? found.task_id : undefined;
    return { request: read.data, task, sandbox: found.sandbox === true };
  } finally {
    await file.close();
  }
}

async function part(file: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(searchedBytes), 0, searchedBytes, position);
  return buffer.subarray(0, bytesRead);
}
