const newline = 0x0a;

/**
 * Yields the lines of a stream of bytes. Only `\n` ends a line: readline also breaks at characters that a prompt may
 * hold, such as U+2028.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
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
