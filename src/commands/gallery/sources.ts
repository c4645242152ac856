import { createReadStream } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PictureFile } from './picture.ts';

/** Where the browser gets a picture from, in pieces: a `data:` URL is as long as the picture. */
export type Source = (file: PictureFile) => AsyncIterable<string> | Iterable<string>;

/** The picture itself, so that the page can be moved without it. */
export const embedded: Source = async function* ({ path, mime }) {
  yield `data:${/^image\/[a-z0-9.+-]+$/.test(mime) ? mime : 'application/octet-stream'};base64,`;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    // Three bytes are four characters: what is left over waits for the next piece.
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.subarray(whole);
    yield bytes.toString('base64', 0, whole);
  }
  yield rest.toString('base64');
};

/** The way from the page's folder to the file, so that both can be moved together. */
export function linkedFrom(folder: string): Source {
  return ({ path }) => {
    const way = relative(folder, path);
    if (isAbsolute(way)) return [pathToFileURL(path).href]; // on another drive
    // Through bytes: half a character in a name would stop encodeURIComponent.
    return [
      way
        .split(sep)
        .map((part) => encodeURIComponent(Buffer.from(part).toString()))
        .join('/'),
    ];
  };
}
