import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { PacedService } from './paced-service.ts';
import type { Death } from './plan.ts';

/** The real program, and the file that lets it die at a step. */
export interface Program {
  bin: string;
  dieAtStep: string;
}

export interface Ended {
  killed: boolean;
  code: number | null;
  stderr: string;
}

const longestLifeMs = 60_000;

/** Runs the program to its end, or to its death. */
export async function runUntil(
  { bin, dieAtStep }: Program,
  machine: { home: string; folder: string },
  service: PacedService,
  words: readonly string[],
  death?: Death,
): Promise<Ended> {
  const dying = death?.at === 'step' && ['--import', pathToFileURL(dieAtStep).href];
  const child = spawn(process.execPath, [...(dying || []), bin, ...words], {
    cwd: machine.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: machine.home,
      RUNAPI_API_KEY: 'rk_test_0123456789abcdef',
      ...(death?.at === 'step' && { DIE_AT_STEP: String(death.number), DIE_WHEN: death.when }),
    },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let killed = false;
  const kill = (): void => {
    killed = child.kill('SIGKILL') || killed;
  };

  let points = 0;
  service.onPoint = (point) => {
    points += 1;
    if (death?.at !== 'point' || points < death.number) return true;
    if (points === death.number) kill();
    return death.registers && point === 'POST text_to_image arrived';
  };
  const timer =
    death?.at === 'time' ? setTimeout(kill, death.milliseconds) : setTimeout(() => child.kill(), longestLifeMs);
  const [code, signal] = await new Promise<[number | null, string | null]>((ended) => {
    child.on('close', (...end) => ended(end));
  });
  clearTimeout(timer);
  service.onPoint = () => true;
  return { killed: signal === 'SIGKILL', code, stderr };
}
