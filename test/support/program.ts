import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { execa, type Options } from 'execa';
import { onTestFinished } from 'vitest';

/** The leak test puts one in its place that notes what it writes. */
export const bin = process.env.NOTED_BIN ?? resolve(import.meta.dirname, '../../bin/runapi-imagen.cjs');

/** Calls back when the test is over. */
export type AtEnd = (tidy: () => Promise<void>) => void;

/** A machine of its own for one test: a home and a working folder that nobody else has. */
export interface Machine {
  home: string;
  folder: string;
  env: Record<string, string>;
}

/** Removed when the test is over. Tests that run side by side hand in their own `atEnd`. */
export async function newMachine(atEnd: AtEnd = onTestFinished): Promise<Machine> {
  // Of the folders that a program is told, it sees the real path: macOS has its temporary files behind a link.
  const root = await mkdtemp(join(await realpath(tmpdir()), 'runapi-imagen-'));
  atEnd(() => rm(root, { recursive: true, force: true }));
  const home = join(root, 'home');
  const folder = join(root, 'work');
  await mkdir(home);
  await mkdir(folder);
  return {
    home,
    folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      ...(process.platform !== 'linux' && placesOf(home)),
      RUNAPI_API_KEY: 'rk_test_0123456789abcdef',
    },
  };
}

/** Elsewhere the usual places have other names; the tests look for them where Linux has them. */
function placesOf(home: string): Record<string, string> {
  const { SystemRoot = '', PATHEXT = '', TEMP = '' } = process.env;
  const windows = process.platform === 'win32' && { USERPROFILE: home, SystemRoot, PATHEXT, TEMP };
  return { XDG_CONFIG_HOME: join(home, '.config'), XDG_STATE_HOME: join(home, '.local/state'), ...windows };
}

/** The real program with real arguments. Never throws: look at `exitCode`, `stdout` and `stderr`. */
export function run<Extra extends Options = Record<never, never>>(
  machine: Machine,
  words: readonly string[],
  extra?: Extra,
) {
  return execa(process.execPath, [bin, ...words], {
    cwd: machine.folder,
    env: machine.env,
    extendEnv: false,
    reject: false,
    ...(extra?.input === undefined && { stdin: 'ignore' as const }),
    ...(extra as Extra),
  });
}

/** The folder's files, hidden ones too. */
export async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.map((name) => name.replaceAll(sep, '/')).sort();
}
