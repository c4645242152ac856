import type { Input, Output } from '../world.ts';

/** Asks for a line without showing what is typed. Undefined when the user gives up (Ctrl-C, Ctrl-D). */
export async function askSecret(question: string, stdin: Input, stderr: Output): Promise<string | undefined> {
  const { stream } = stdin;
  await stderr.write(question);
  stream.setRawMode(true);
  stream.setEncoding('utf8');
  let typed = '';
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') return typed;
        if (character === '\u0003' || character === '\u0004') return undefined;
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1);
        else if (character === '\u0015') typed = '';
        else if (character >= ' ') typed += character;
      }
    }
    return typed;
  } finally {
    stream.setRawMode(false);
    stream.destroy();
    await stderr.write('\n');
  }
}
