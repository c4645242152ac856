import { spawnSync } from 'node:child_process';

/** Whether this machine has the program: a test that needs it is skipped by name elsewhere. */
export function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
