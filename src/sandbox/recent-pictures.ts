import { createHash } from 'node:crypto';
import { drawPicture, type PictureOrder } from './picture.ts';

export interface Picture {
  bytes: Uint8Array;
  /** Strong: other bytes, another tag. */
  etag: string;
}

const most = 4;
const recent = new Map<string, Picture>();

/** Draws a picture, or takes it from the last few: one is asked for again by HEAD, by Range and by retries. */
export function pictureFor({ prompt, model, seed, ratio }: PictureOrder): Picture {
  const name = JSON.stringify([prompt, model, seed, ratio]);
  const picture = recent.get(name) ?? draw({ prompt, model, seed, ratio });
  recent.delete(name);
  recent.set(name, picture);
  for (const [oldest] of [...recent].slice(0, -most)) recent.delete(oldest);
  return picture;
}

function draw(order: PictureOrder): Picture {
  const bytes = drawPicture(order);
  return {
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
  };
}
