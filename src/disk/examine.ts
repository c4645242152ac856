import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, readFileSync, readSync } from 'node:fs';
import { ImageInspector } from '../image/inspect.ts';
import { openRegular } from './read-text.ts';

export interface PictureFacts {
  bytes: number;
  mime: string;
  width: number;
  height: number;
  sha256: string;
}

/** Longer files, with holes in them perhaps, are not pictures that this program saved. */
const mostBytes = 2 ** 32;

/** Tells what a picture on disk is; undefined where there is none, or it is not whole. */
export async function examine(path: string): Promise<PictureFacts | undefined> {
  try {
    const { file } = openRegular(path, mostBytes);
    return await examinePieces(createReadStream('', { fd: file }));
  } catch {
    return undefined;
  }
}

/** Tells what a picture is; undefined where it is not whole. */
export async function examinePieces(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<PictureFacts | undefined> {
  const inspector = new ImageInspector();
  const hash = createHash('sha256');
  for await (const piece of pieces) {
    await inspector.write(piece);
    if (inspector.isRejected) break;
    hash.update(piece);
  }
  const facts = await inspector.end();
  if (!facts.whole) return undefined;
  const { bytes, width, height, format } = facts;
  return { bytes, width, height, mime: format.mime, sha256: hash.digest('hex') };
}

/** Reads a regular file of at most so many bytes; undefined where there is none. Pipes and devices are never opened. */
export function readRegular(path: string, most: number): Buffer | undefined {
  try {
    const { file } = openRegular(path, most);
    try {
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Reads a picture that is to be shown to others, where it is still the one that was saved. Undefined where it is not. */
export function readSaved(path: string, sha256: string, most: number): Uint8Array | undefined {
  const content = readRegular(path, most);
  return content && createHash('sha256').update(content).digest('hex') === sha256 ? content : undefined;
}

/**
 * Opens a picture that is to be sent piece by piece, where it is still the one that was saved; whoever calls closes it.
 * Undefined where it is not.
 */
export function openSaved(path: string, sha256: string): number | undefined {
  let file: number | undefined;
  try {
    ({ file } = openRegular(path, mostBytes));
    const hash = createHash('sha256');
    for (const piece of piecesOf(file)) hash.update(piece);
    if (hash.digest('hex') === sha256) return file;
  } catch {
    // As if it were gone.
  }
  if (file !== undefined) closeSync(file);
  return undefined;
}

/** Base64 turns each piece into a text without a rest. */
const pieceBytes = 3 * 2 ** 16;

/**
 * Reads an open file from its beginning, and leaves it open. Node's threads are not waited for: while other pictures
 * are saved, each of them is flushing one to disk, and what was just saved is in memory.
 */
export function* piecesOf(file: number): Generator<Buffer> {
  const { size } = fstatSync(file);
  for (let at = 0; at < size; at += pieceBytes) {
    const piece = Buffer.allocUnsafe(Math.min(size - at, pieceBytes));
    if (readSync(file, piece, 0, piece.length, at) < piece.length) throw new Error('the file became shorter');
    yield piece;
  }
}
