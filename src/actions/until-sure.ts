import type { Deadline } from '../clock.ts';
import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';

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
  await Promise.all(mine.map((run) => context.journal.untilSure(run, deadline.signal)));
}
