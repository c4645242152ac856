import type { Context } from '../context.ts';
import { Failure } from '../errors.ts';
import type { Entry } from '../journal/entry.ts';
import type { Deadline } from '../world.ts';

/**
 * Waits until it is known whether the runs elsewhere that hold a task that is meant are alive: they give a sign of
 * it, or none for too long. A container that was ended a moment ago looks alive from the next one: better to wait
 * than to pay twice, or to leave its pictures to nobody. Throws the deadline's failure.
 */
export async function untilSure(
  context: Context,
  isMeant: (entry: Entry) => boolean,
  deadline: Deadline,
  wayOut = ' (--new buys at once)',
): Promise<void> {
  const unsure = await context.journal.unsure();
  const mine = unsure.filter((run) => [...run.entries.values()].some(isMeant));
  if (mine.length === 0) return;
  context.reporter.note(`A run elsewhere may still be at this: waiting for a sign of it${wayOut}`);
  try {
    await Promise.all(mine.map((run) => context.journal.untilSure(run, deadline.signal)));
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'timeout') throw error;
    throw new Failure('timeout', 'it is not known yet whether a run elsewhere still lives', {
      hint: 'Nothing was bought. Run the same command again in a minute',
      retryable: true,
      cause: error,
    });
  }
}
