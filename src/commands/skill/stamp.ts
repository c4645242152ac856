import { createHash } from 'node:crypto';
import { programVersion } from '../../version.ts';

/** How a comment is written in a kind of file. */
export type CommentStyle = 'markdown' | 'hash';

const marks: Readonly<Record<CommentStyle, [string, string]>> = {
  markdown: ['<!-- ', ' -->'],
  hash: ['# ', ''],
};

/** The text with a last line that says who wrote it and lets any change be seen. */
export function stamped(text: string, style: CommentStyle): string {
  const [open, close] = marks[style];
  return `${text}${open}written by runapi-imagen ${programVersion}, ${sumOf(text)}${close}\n`;
}

/** The version that wrote the file, and whether it is as it was written; undefined where this program did not write it. */
export function readStamp(file: string): { version: string; intact: boolean } | undefined {
  const [line = '', version = '', sum] =
    /^(?:<!-- |# )written by runapi-imagen (\S+), ([0-9a-f]{16})(?: -->)?$/m.exec(file) ?? [];
  if (line === '') return undefined;
  const at = file.indexOf(line);
  return { version, intact: file.slice(at) === `${line}\n` && sumOf(file.slice(0, at)) === sum };
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
