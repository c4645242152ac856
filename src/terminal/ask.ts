import type { Input, Output } from '../world.ts';

/** Asks for a line without showing what is typed. `interrupted`: the user pressed Ctrl-C. */
export async function askSecret(
  question: string,
  stdin: Input,
  stderr: Output,
): Promise<{ typed: string; interrupted: boolean }> {
  const { stream } = stdin;
  stream.setRawMode(true); // before the question: the answer of a fast typist must not be seen either
  await stderr.write(question);
  stream.setEncoding('utf8');
  let typed = '';
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      for (const character of chunk) {
        if (character === '\u0003') return { typed: '', interrupted: true };
        if (character === '\r' || character === '\n' || character === '\u0004') return { typed, interrupted: false };
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1);
        else if (character === '\u0015') typed = '';
        else if (character >= ' ') typed += character;
      }
    }
    return { typed, interrupted: false };
  } finally {
    stream.setRawMode(false);
    stream.destroy();
    await stderr.write('\n');
  }
}

/** Asks a question; only `y` and `yes` agree. The end of stdin is a no. */
export async function askYes(question: string, stdin: Input, stderr: Output): Promise<boolean> {
  const { createInterface } = await import('node:readline');
  await stderr.write(`${question} [y/N] `);
  // readline as for a file leaves editing the line, and Ctrl-C, to the system.
  const lines = createInterface({ input: stdin.stream, terminal: false });
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
    await stderr.write('\n');
    return false;
  } finally {
    lines.close(); // the stream is paused then, and may be read again
  }
}
