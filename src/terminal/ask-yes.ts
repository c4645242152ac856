import { createInterface } from 'node:readline';
import type { Input, Output } from '../world.ts';

/** Asks a question that only `y` or `yes` agrees to. The end of stdin is a no. */
export async function askYes(question: string, stdin: Input, stderr: Output): Promise<boolean> {
  await stderr.write(`${question} [y/N] `);
  // Without a terminal of its own the line is the system's to edit, and Ctrl-C stays a signal.
  const lines = createInterface({ input: stdin.stream, terminal: false });
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
    await stderr.write('\n');
    return false;
  } finally {
    lines.close();
    stdin.stream.destroy();
  }
}
