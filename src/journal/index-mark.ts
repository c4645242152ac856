import { crc32 } from 'node:zlib';
import { sum } from './parts.ts';

/** The last line of an index: it held all files of the folder when that had this version. */
export interface Mark {
  version: string;
  /** Bytes of the text before it, and their checksum. */
  bytes: number;
  checksum: number;
  /** Lines before it of files that are not finished, or cannot be read. */
  unfinished: number;
}

/** Of an index without text. */
export const start: Mark = { version: 'none', bytes: 0, checksum: 0, unfinished: 0 };

/** A mark is never longer. */
export const markRoom = 120;

/** In lines of files that hold tasks that did not end, or of which nobody knows what they hold. */
export const unfinishedWords = ['\topen\t', '\tunread\t'] as const;

/**
 * Returns the mark behind a text that goes on from another mark.
 * @param added the text since that mark
 * @param version of the folder whose files all have lines by now
 */
export function markLine(last: Mark, added: string, version: string): string {
  const before = last === start ? '' : lineOf(last);
  const checksum = crc32(added, crc32(before, last.checksum));
  const bytes = endOf(last) + Buffer.byteLength(added);
  const found = unfinishedWords.reduce((count, word) => count + added.split(word).length - 1, 0);
  return lineOf({ version, bytes, checksum, unfinished: last.unfinished + found });
}

/** Returns the mark at the end of a text; undefined where there is none, or it is damaged. */
export function markIn(text: string): Mark | undefined {
  const [, said = '', version = '', ...numbers] =
    /\n# ((\S+) (\d+) (\d+) (\d+)) \w+\n$/.exec(text.slice(-markRoom)) ?? [];
  const [bytes = 0, checksum = 0, unfinished = 0] = numbers.map(Number);
  const mark = { version, bytes, checksum, unfinished };
  return said !== '' && text.endsWith(lineOf(mark)) ? mark : undefined;
}

/** Tells whether a mark at the end of an index was made for what is before it. */
export function isTrue(mark: Mark, index: Buffer): boolean {
  const before = index.subarray(0, -lineOf(mark).length);
  return before.length === mark.bytes && crc32(before) === mark.checksum;
}

/** Returns the position of the byte behind a mark. */
export function endOf(mark: Mark): number {
  return mark === start ? 0 : mark.bytes + lineOf(mark).length;
}

function lineOf({ version, bytes, checksum, unfinished }: Mark): string {
  const said = `${version} ${bytes} ${checksum} ${unfinished}`;
  return `\n# ${said} ${sum(said)}\n`;
}
