import { ByteWalk, type PixelSize, type Walk } from './byte-walk.ts';
import { readJpeg } from './jpeg.ts';
import { PixelCheck, readPng } from './png.ts';
import { readAvif, readGif, readWebp } from './webp-gif-avif.ts';

/**
 * Inspects a picture while it streams by, in constant memory: which of the five formats it is, how large, and whether
 * all of it came undamaged. The checksums and pixel data of a PNG are verified, of the others the structure.
 */
export function inspectImage(): ImageInspector {
  let bytes = 0;
  let head: Buffer = Buffer.alloc(0);
  let format: ImageFormat | 'unsure' | 'none' = 'unsure';
  let body: ByteWalk<PixelSize> | undefined;
  const pixels = new PixelCheck();

  function recognise(chunk: Buffer): void {
    const before = head;
    head = Buffer.concat([head, chunk.subarray(0, enough)]);
    format = formatOf(head);
    if (format === 'unsure' || format === 'none') return;
    body = new ByteWalk(readers[format.ext](pixels));
    body.write(before);
  }

  return {
    async write(chunk) {
      const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      bytes += piece.length;
      if (format === 'unsure') recognise(piece);
      body?.write(piece);
      await pixels.ready();
    },
    format: () => (format === 'unsure' || format === 'none' ? undefined : format),
    rejected: () => format === 'none',
    hasEnded: () => body?.found !== undefined,
    async end() {
      if (bytes === 0) return flaw('it is empty');
      if (format === 'unsure' || format === 'none' || body === undefined) {
        const kind = textKind(head);
        if (kind !== undefined) return flaw(`it is ${kind}, not a picture`);
        return flaw(format === 'none' ? 'it is not a PNG, JPEG, WebP, GIF or AVIF' : `it ends after ${bytes} bytes`);
      }
      body.end();
      const { found, damage } = body;
      if (found === undefined) pixels.stop();
      if (damage !== undefined) return flaw(`the ${format.name} is damaged: ${damage}`);
      if (found === undefined) return flaw(`the ${format.name} is cut short after ${bytes} bytes`);
      if (!(await pixels.isComplete())) return flaw(`the ${format.name} is damaged: some of its pixels are missing`);
      return { whole: true, format, bytes, ...found };
    },
  };
}

export interface ImageInspector {
  /** Takes the next bytes, in chunks of any size. The chunk is not kept. Resolves when more may come. */
  write(chunk: Uint8Array): Promise<void>;
  /** Known once the first bytes came. */
  format(): ImageFormat | undefined;
  /** The first bytes show that this is not a picture: the rest need not be fetched. */
  rejected(): boolean;
  /** The mark at which the format ends was seen: nothing more belongs to the picture. */
  hasEnded(): boolean;
  /** The verdict, once everything was written. */
  end(): Promise<ImageFacts | ImageFlaw>;
}

export interface ImageFacts extends PixelSize {
  whole: true;
  format: ImageFormat;
  /** Length of the file, including anything behind the picture's end mark. */
  bytes: number;
}

export interface ImageFlaw {
  whole: false;
  /** A clause for people: "the PNG is cut short after 512 bytes". */
  reason: string;
}

const readers: Record<ImageFormat['ext'], (pixels: PixelCheck) => Walk<PixelSize>> = {
  png: readPng,
  jpg: readJpeg,
  webp: readWebp,
  gif: readGif,
  avif: readAvif,
};

/** Servers send pages, XML and JSON in place of a picture: naming it helps. */
function textKind(head: Buffer): string | undefined {
  const start = head.toString('utf8').trimStart(); // which also takes off a byte order mark
  if (start.startsWith('<?xml')) return 'XML';
  if (start.startsWith('<')) return 'a web page';
  return /^[{[]/.test(start) ? 'JSON' : undefined;
}

function flaw(reason: string): ImageFlaw {
  return { whole: false, reason };
}

/**
 * Tells the format of a picture by its first bytes, whatever its URL or content type says. `'unsure'` while more bytes
 * are needed (never beyond `enough`), `'none'` when it is none of the five.
 */
function formatOf(head: Buffer): ImageFormat | 'unsure' | 'none' {
  if (head.length < 12) return 'unsure';
  if (startsWith(head, '\x89PNG\r\n\x1a\n')) return formats.png;
  if (startsWith(head, '\xff\xd8\xff')) return formats.jpg;
  if (startsWith(head, 'GIF87a') || startsWith(head, 'GIF89a')) return formats.gif;
  if (startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8)) return formats.webp;
  if (startsWith(head, 'ftyp', 4)) return avifByBrand(head);
  return 'none';
}

type ImageFormat = (typeof formats)[keyof typeof formats];

const formats = {
  png: { ext: 'png', mime: 'image/png', name: 'PNG' },
  jpg: { ext: 'jpg', mime: 'image/jpeg', name: 'JPEG' },
  webp: { ext: 'webp', mime: 'image/webp', name: 'WebP' },
  gif: { ext: 'gif', mime: 'image/gif', name: 'GIF' },
  avif: { ext: 'avif', mime: 'image/avif', name: 'AVIF' },
} as const;

/** This many bytes always tell the format, if any. */
const enough = 512;

/** HEIC, MP4 and AVIF share one container: the brands in the `ftyp` box tell them apart (AVIF 1.1). */
function avifByBrand(head: Buffer): ImageFormat | 'unsure' | 'none' {
  const length = head.readUInt32BE(0);
  if (length < 16 || length > enough) return 'none';
  if (head.length < length) return 'unsure';
  return /avi[fs]/.test(head.toString('latin1', 8, length)) ? formats.avif : 'none';
}

function startsWith(head: Buffer, text: string, at = 0): boolean {
  return head.toString('latin1', at, at + text.length) === text;
}
