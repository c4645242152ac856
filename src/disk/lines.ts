import { createReadStream } from 'node:fs';

const newline = 0x0a;

/**
 * Reads a file's lines one after the other, each without its `\n`; a `\r` before it stays. Nothing else ends a line:
 * readline also takes some characters that a prompt may hold for line ends, and which ones depends on Node's version.
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      yield text([...rest, chunk.subarray(start, end)]);
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield text(rest);
}

function text(parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString('utf8');
}
