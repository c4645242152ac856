import { once } from 'node:events';
import open from 'open';
import type { Clock } from '../world.ts';

/** A starter that finds no program for the file fails at once; one that found a program may stay this long. */
const timeoutMs = 1000;

/**
 * Shows a file in the system's viewer and does not wait for it to be closed. Returns why it could not be shown, if so.
 * @param env that of this process, which the viewer inherits: the key is removed from it for good, it has been read
 */
export async function openInViewer(
  path: string,
  clock: Clock,
  env: Record<string, string | undefined>,
  key: string | undefined,
): Promise<string | undefined> {
  for (const [name, value] of Object.entries(env))
    if (name === 'RUNAPI_API_KEY' || (key !== undefined && value?.trim() === key)) delete env[name];
  try {
    const starter = await open(path);
    const ended = once(starter, 'exit').then(([code]) => code as number | null);
    const code = starter.exitCode ?? (await Promise.race([ended, clock.wait(timeoutMs)]));
    return code ? `${starter.spawnfile} found no program for it` : undefined;
  } catch (error) {
    const { code, path: command = 'its starter' } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? `${command} is not installed` : String(error);
  }
}
