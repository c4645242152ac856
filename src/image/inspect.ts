import { readAvif } from './avif.ts';
import { ByteWalk, type Walk } from './byte-walk.ts';
import { enough, formatOf, type ImageFormat } from './format.ts';
import { readGif } from './gif.ts';
import { readJpeg } from './jpeg.ts';
import type { PixelSize } from './pixel-size.ts';
import { readPng } from './png.ts';
import { readWebp } from './webp.ts';

/**
 * Looks at a picture while it streams by, in constant memory: is it one of the five formats, how large, and
 * did all of it come? Pixels are not decoded and checksums not verified.
 */
export function inspectImage(): ImageInspector {
  let bytes = 0;
  let head: Buffer = Buffer.alloc(0);
  let format: ImageFormat | 'unsure' | 'none' = 'unsure';
  let body: ByteWalk<PixelSize> | undefined;

  function recognise(chunk: Buffer): void {
    const before = head;
    head = Buffer.concat([head, chunk.subarray(0, enough)]);
    format = formatOf(head);
    if (format === 'unsure' || format === 'none') return;
    body = new ByteWalk(readers[format.ext]());
    body.write(before);
  }

  return {
    write(chunk) {
      const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      bytes += piece.length;
      if (format === 'unsure') recognise(piece);
      body?.write(piece);
    },
    format: () => (format === 'unsure' || format === 'none' ? undefined : format),
    rejected: () => format === 'none',
    end() {
      if (bytes === 0) return flaw('it is empty');
      if (format === 'unsure' || format === 'none' || body === undefined) {
        const kind = textKind(head);
        if (kind !== undefined) return flaw(`it is ${kind}, not a picture`);
        return flaw(
          format === 'none' ? 'it is no PNG, JPEG, WebP, GIF or AVIF' : `it ends after ${bytes} bytes`,
        );
      }
      body.end();
      const { found, damage } = body;
      if (damage !== undefined) return flaw(`the ${format.name} is damaged: ${damage}`);
      if (found === undefined) return flaw(`the ${format.name} is cut short after ${bytes} bytes`);
      return { whole: true, format, bytes, ...found };
    },
  };
}

export interface ImageInspector {
  /** The next bytes, in chunks of any size. The chunk is not kept. */
  write(chunk: Uint8Array): void;
  /** Known once the first bytes came. */
  format(): ImageFormat | undefined;
  /** The first bytes show that this is no picture: the rest need not be fetched. */
  rejected(): boolean;
  /** The verdict, once everything was written. */
  end(): ImageFacts | ImageFlaw;
}

export interface ImageFacts extends PixelSize {
  whole: true;
  format: ImageFormat;
  /** Length of the file, with whatever trails behind the picture's end mark. */
  bytes: number;
}

export interface ImageFlaw {
  whole: false;
  /** A clause for people, to stand behind a colon: "the PNG is cut short after 512 bytes". */
  reason: string;
}

const readers: Record<ImageFormat['ext'], () => Walk<PixelSize>> = {
  png: readPng,
  jpg: readJpeg,
  webp: readWebp,
  gif: readGif,
  avif: readAvif,
};

/** Servers send pages, XML and JSON where a picture was; to name it is half the remedy. */
function textKind(head: Buffer): string | undefined {
  const start = head.toString('utf8').replace('\ufeff', '').trimStart();
  if (start.startsWith('<?xml')) return 'XML';
  if (start.startsWith('<')) return 'a web page';
  if (start.startsWith('{') || start.startsWith('[')) return 'JSON';
  return undefined;
}

function flaw(reason: string): ImageFlaw {
  return { whole: false, reason };
}
