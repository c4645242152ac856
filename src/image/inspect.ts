import { ByteWalk, type PixelSize, type Walk } from './byte-walk.ts';
import { readJpeg } from './jpeg.ts';
import { PixelCheck, readPng } from './png.ts';
import { readAvif, readGif, readWebp } from './webp-gif-avif.ts';

/**
 * Inspects a picture while it streams by, in constant memory: which of the five formats it is, how large, and whether
 * all of it came undamaged. The checksums and pixel data of a PNG are verified, of the others the structure.
 */
export class ImageInspector {
  #bytes = 0;
  #head: Buffer = Buffer.alloc(0);
  #format: ImageFormat | 'unsure' | 'none' = 'unsure';
  #body: ByteWalk<PixelSize> | undefined;
  readonly #pixels = new PixelCheck();

  /** Takes the next bytes, in chunks of any size. The chunk is not kept. Resolves when more may come. */
  async write(chunk: Uint8Array): Promise<void> {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#bytes += piece.length;
    if (this.#format === 'unsure') this.#recognise(piece);
    this.#body?.write(piece);
    await this.#pixels.ready();
  }

  #recognise(chunk: Buffer): void {
    const before = this.#head;
    this.#head = Buffer.concat([before, chunk.subarray(0, enough)]);
    this.#format = formatOf(this.#head);
    const { format } = this;
    if (!format) return;
    this.#body = new ByteWalk(readers[format.ext](this.#pixels));
    this.#body.write(before);
  }

  /** Known once the first bytes came. */
  get format(): ImageFormat | undefined {
    return typeof this.#format === 'string' ? undefined : this.#format;
  }

  /** The first bytes show that this is not a picture: the rest need not be fetched. */
  get isRejected(): boolean {
    return this.#format === 'none';
  }

  /** The mark at which the format ends was seen: nothing more belongs to the picture. */
  get hasEnded(): boolean {
    return this.#body?.found !== undefined;
  }

  /** The verdict, once everything was written. */
  async end(): Promise<ImageFacts | ImageFlaw> {
    const bytes = this.#bytes;
    const { format } = this;
    if (!format || !this.#body) return { whole: false, reason: noPicture(this.#head, bytes, this.isRejected) };
    this.#body.end();
    const { found, damage } = this.#body;
    const flawed = (flaw: string): ImageFlaw => ({ whole: false, reason: `the ${format.name} is ${flaw}` });
    if (found === undefined) {
      this.#pixels.stop();
      return flawed(damage === undefined ? `cut short after ${bytes} bytes` : `damaged: ${damage}`);
    }
    if (!(await this.#pixels.isComplete())) return flawed('damaged: some of its pixels are missing');
    return { whole: true, format, bytes, ...found };
  }
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
function noPicture(head: Buffer, bytes: number, isRejected: boolean): string {
  const start = head.toString('utf8').trimStart(); // which also takes off a byte order mark
  const [, kind] = textKinds.find(([form]) => form.test(start)) ?? [];
  if (kind !== undefined) return `it is ${kind}, not a picture`;
  if (isRejected) return 'it is not a PNG, JPEG, WebP, GIF or AVIF';
  return bytes === 0 ? 'it is empty' : `it ends after ${bytes} bytes`;
}

const textKinds = [
  [/^<\?xml/, 'XML'],
  [/^</, 'a web page'],
  [/^[{[]/, 'JSON'],
] as const;

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
