import { spawnSync } from 'node:child_process';
import { execa } from 'execa';
import { bin, type Machine } from './program.ts';

/** Runs a program on a terminal of its own. */
const maker = 'script';

/** Whether this machine has the `script` of util-linux. */
export const hasTerminal = `${spawnSync(maker, ['--version']).stdout}`.includes('util-linux');

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** The real program on a real terminal, which both of its streams are: answers every byte that came there. */
export async function runOnTerminal(
  machine: Machine,
  words: readonly string[],
  env: Record<string, string> = {},
  { columns, rows }: TerminalSize = { columns: 80, rows: 24 },
  typed?: string,
): Promise<{ screen: Buffer; exitCode: number | undefined }> {
  const command = [process.execPath, bin, ...words].map((word) => `'${word}'`).join(' ');
  const { stdout, exitCode } = await execa(
    maker,
    ['-qec', `stty cols ${columns} rows ${rows}; ${command}`, '/dev/null'],
    {
      cwd: machine.folder,
      env: { TERM: 'xterm-256color', ...machine.env, ...env },
      extendEnv: false,
      reject: false,
      ...(typed === undefined ? { stdin: 'ignore' } : { input: typed }),
      encoding: 'buffer',
      stripFinalNewline: false,
    },
  );
  return { screen: Buffer.from(stdout), exitCode };
}
