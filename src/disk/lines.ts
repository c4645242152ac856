const newline = 0x0a;

/** A line of a file. */
export interface Line {
  text: string;
  /** The position of the byte behind it. */
  end: number;
  /** A newline ends it: only the last line of a file may lack one. */
  whole: boolean;
}

/**
 * Yields the lines of a stream of bytes that begins at position `start`. Only `\n` ends a line: readline also breaks
 * at characters that a prompt may hold, such as U+2028.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>, start = 0): AsyncGenerator<Line> {
  let rest: Buffer[] = [];
  let position = start; // of the chunk's first byte
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
      yield { text: text([...rest, chunk.subarray(from, to)]), end: position + to + 1, whole: true };
      rest = [];
      from = to + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    position += chunk.length;
  }
  if (rest.length > 0) yield { text: text(rest), end: position, whole: false };
}

function text(parts: readonly Buffer[]): string {
  const [only] = parts;
  return (parts.length === 1 && only ? only : Buffer.concat(parts)).toString('utf8');
}
