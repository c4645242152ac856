import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { project } from '../package/pack.ts';
import type { Machine } from '../support/program.ts';

/** Makes the built package importable by its name in the folder of a machine. */
export async function install({ folder }: Machine): Promise<void> {
  await mkdir(join(folder, 'node_modules/@types'), { recursive: true });
  await symlink(project, join(folder, 'node_modules/runapi-imagen'), 'junction');
  await symlink(join(project, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'), 'junction');
}

/** Runs a program that imports the package. What it prints is its own: the package prints nothing. */
export async function runProgram(machine: Machine, file: string, text: string, env: Record<string, string> = {}) {
  const path = join(machine.folder, file);
  await writeFile(path, text);
  const { exitCode, stdout, stderr } = await execa(process.execPath, [path], {
    cwd: machine.folder,
    env: { ...machine.env, ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  return { exitCode, stdout, stderr };
}
