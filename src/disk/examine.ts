import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { inspectImage } from '../image/inspect.ts';

export interface PictureFacts {
  bytes: number;
  mime: string;
  width: number;
  height: number;
  sha256: string;
}

/** What a picture on disk is; undefined where there is none, or it is not whole. */
export async function examine(path: string): Promise<PictureFacts | undefined> {
  const inspector = inspectImage();
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) {
      await inspector.write(chunk as Uint8Array);
      hash.update(chunk as Uint8Array);
    }
  } catch {
    return undefined;
  }
  const facts = await inspector.end();
  if (!facts.whole) return undefined;
  const { bytes, width, height, format } = facts;
  return {
    bytes,
    width,
    height,
    mime: format.mime,
    sha256: hash.digest('hex'),
  };
}
