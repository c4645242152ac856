import type { Event } from '../journal/event.ts';
import type { Job } from './work.ts';

type Untimed<Each> = Each extends Event ? Omit<Each, 'key' | 'at'> : never;

/**
 * Writes down what happened to the job's task. Once a task is accepted, a record that can't be written must not
 * lose it: that is said, and the work goes on.
 */
export async function record(
  { work, run, entry }: Pick<Job, 'work' | 'run' | 'entry'>,
  what: Untimed<Event>,
): Promise<void> {
  const { world, reporter } = work.context;
  const event = { ...what, key: entry.key, at: world.clock.now() } as Event;
  try {
    await run.append(event);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    reporter.warn(
      `the record cannot be written (${reason}); task ${entry.accepted?.id ?? entry.key} goes on without it`,
    );
  }
}
