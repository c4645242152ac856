import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { bin, type Machine } from './program.ts';

/** A machine of a pipeline: nobody's key, and an npx that has the program at hand. */
export async function asRunner({ home, env }: Machine): Promise<Record<string, string>> {
  const tools = join(home, 'tools');
  await mkdir(tools);
  const npx = join(tools, 'npx');
  const command = `exec "${process.execPath}" "${bin}" "$@"`;
  await writeFile(npx, `#!/bin/sh\n[ "$1 $2" = "--yes runapi-imagen" ] || exit 99\nshift 2\n${command}\n`);
  await chmod(npx, 0o755);
  const { RUNAPI_API_KEY: _, ...keyless } = env;
  return { ...keyless, PATH: `${tools}:${env.PATH}`, CI: 'true' };
}

/** Runs what a pipeline runs; answers its exit code, with what it said where that is not 0. */
export async function runWords(
  [command = '', ...words]: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<string> {
  const { exitCode, stderr } = await execa(command, words, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  return exitCode === 0 ? '0' : `${exitCode}: ${stderr}`;
}

/** GitHub's `${{ … }}`. Throws for a word that is not among the values. */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{ (\S+) \}\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${whole} has no value`);
    return value;
  });
}
