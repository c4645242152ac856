import type { Input, Output } from '../world.ts';

/** Asks for a line without showing what is typed. `interrupted`: the user pressed Ctrl-C. */
export async function askSecret(
  question: string,
  stdin: Input,
  stderr: Output,
): Promise<{ typed: string; interrupted: boolean }> {
  const { stream } = stdin;
  stream.setRawMode(true); // before the question: who answers fast must not see the key either
  await stderr.write(question);
  stream.setEncoding('utf8');
  let typed = '';
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      for (const character of chunk) {
        if (character === '\u0003') return { typed: '', interrupted: true };
        if (character === '\r' || character === '\n' || character === '\u0004')
          return { typed, interrupted: false };
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
