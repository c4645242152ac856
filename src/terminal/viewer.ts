import { once } from 'node:events';
import open from 'open';
import type { Clock } from '../world.ts';

/** A starter that finds no program for the file says so at once; one that found one may stay for as long as that. */
const patienceMs = 1000;

/** Shows a file in the system's viewer. Nobody waits for it to be closed. Answers why there is none, if so. */
export async function openInViewer(path: string, clock: Clock): Promise<string | undefined> {
  try {
    const starter = await open(path);
    const ended = once(starter, 'exit').then(([code]) => code as number | null);
    const code = starter.exitCode ?? (await Promise.race([ended, clock.wait(patienceMs)]));
    return code ? `${starter.spawnfile} found no program for it` : undefined;
  } catch (error) {
    const { code, path: command = 'its starter' } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? `${command} is not installed` : String(error);
  }
}
