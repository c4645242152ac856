import { Writable } from 'node:stream';
import type { Input, Output } from '../world.ts';

/** Asks for a line without showing what is typed. `interrupted`: the user pressed Ctrl-C. */
export async function askSecret(
  question: string,
  stdin: Input,
  stderr: Output,
): Promise<{ typed: string; interrupted: boolean }> {
  const { createInterface } = await import('node:readline');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // Before the question: the answer of a fast typist must not be seen either.
  const lines = createInterface({ input: stdin.stream, output: nowhere, terminal: true });
  await stderr.write(question);
  const answer = await new Promise<{ typed: string; interrupted: boolean }>((resolve) => {
    lines.on('line', (typed) => resolve({ typed, interrupted: false }));
    lines.on('SIGINT', () => resolve({ typed: '', interrupted: true }));
    lines.on('close', () => resolve({ typed: '', interrupted: false }));
  });
  lines.close();
  stdin.stream.destroy();
  await stderr.write('\n');
  return answer;
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
