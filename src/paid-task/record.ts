import { isDeepStrictEqual } from 'node:util';
import { createTempFile, type TempFile, tempPath } from '../disk/temp-file.ts';
import { Failure } from '../errors.ts';
import type { Event, Target } from '../journal/event.ts';
import type { Begun, Job, Work } from './engine.ts';

type Untimed<Each> = Each extends Event ? Omit<Each, 'key' | 'at'> : never;

/**
 * Records what happened to the job's task. Once a task is accepted, a record that cannot be written must not lose it:
 * the listener is warned, and the work goes on. Throws `interrupted` where another process has taken the run over.
 */
export async function record(
  { work, run, entry }: Pick<Job, 'work' | 'run' | 'entry'>,
  what: Untimed<Event>,
): Promise<void> {
  const event = { ...what, key: entry.key, at: work.engine.clock.now() } as Event;
  try {
    await run.append(event);
  } catch (error) {
    if (isInterrupted(error)) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    warnOnce(work, `cannot write the record (${reason}); task ${entry.accepted?.id ?? entry.key} continues without it`);
  }
}

/** Makes sure that the run is still this process's own, and that its file exists. Throws as `record` does. */
export async function keepRecord({ work, run, entry }: Pick<Job, 'work' | 'run' | 'entry'>): Promise<void> {
  try {
    await run.restore();
  } catch (error) {
    if (isInterrupted(error)) throw error;
    warnOnce(work, `cannot write the record of task ${entry.accepted?.id ?? entry.key}: ${error}`);
  }
}

/** Warns once for all tasks and polls of a call. */
export function warnOnce({ remarks, engine }: Work, text: string, remark = text): void {
  if (remarks.has(remark)) return;
  remarks.add(remark);
  engine.listener.warn(text);
}

export function isInterrupted(error: unknown): boolean {
  return error instanceof Failure && error.code === 'interrupted';
}

/** Sends the pictures of a task that was begun before to where they are wanted now. */
export async function retarget(work: Work, begun: Begun, target: Target): Promise<void> {
  if (isDeepStrictEqual(begun.entry.intended.target, target)) return;
  await record({ work, ...begun }, { event: 'retargeted', target });
}

/** Makes a temporary file that whoever takes the task up after a crash knows and removes. Throws `download`. */
export async function createJobFile(job: Job, folder: string): Promise<TempFile> {
  const path = tempPath(folder);
  try {
    // Before the file is made; nothing else has to wait for the disk.
    job.run.appendNow({ event: 'temporary', key: job.entry.key, at: job.work.engine.clock.now(), path });
  } catch (error) {
    if (isInterrupted(error)) throw error;
  }
  return await createTempFile(folder, path);
}
