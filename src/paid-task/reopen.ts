import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';
import type { Event, Server, Target } from '../journal/event.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { Run } from '../journal/run.ts';
import { unrecorded } from '../journal/unrecorded.ts';
import { type Claims, claim } from './claim.ts';
import type { Begun } from './work.ts';

/** Takes over the unfinished entry of a dead run; undefined where another process was quicker. */
export async function adopt(
  context: Context,
  dead: DeadRun,
  key: string,
  claims: Claims,
): Promise<Begun | undefined> {
  const run = await claim(context, dead, claims);
  const entry = run?.open.get(key);
  return run && entry && { run, entry, fate: { uncertain: true } };
}

/** Writes down again what is known of a task whose run has ended, in a run of this process. */
export async function reopen(
  context: Context,
  { key, intended, accepted, completed, saved }: Entry,
): Promise<Begun | undefined> {
  const { at } = intended;
  const files = Object.entries(saved).map(([index, file]) => ({ index: Number(index), file }));
  const events: Event[] = [
    { event: 'intended', key, ...intended },
    ...(accepted ? [{ event: 'accepted', key, ...accepted } as const] : []),
    ...(completed ? [{ event: 'completed', key, ...completed } as const] : []),
    ...files.map((each) => ({ event: 'saved', key, at, ...each }) as const),
  ];
  const run = await writtenDown(context, events);
  const entry = run.open.get(key);
  return entry && { run, entry, fate: { uncertain: true } };
}

/** Nothing is paid here: where the record can't be written, that is said, and the task is looked after all the same. */
async function writtenDown({ flags, journal, reporter }: Context, events: readonly Event[]): Promise<Run> {
  const nowhere = await unrecorded(true).run();
  if (flags.record !== false) {
    try {
      const run = await journal.run();
      await run.append(...events);
      return run;
    } catch (error) {
      reporter.warn(error instanceof Error ? error.message : String(error));
    }
  }
  await nowhere.append(...events);
  return nowhere;
}

/** A task that another machine made: nothing is known but its id, and nothing is written down. */
export async function foreign(context: Context, id: string, server: Server, target: Target): Promise<Begun> {
  const run = await unrecorded(true).run();
  const at = context.world.clock.now();
  await run.append({
    event: 'intended',
    key: id,
    at,
    server,
    request: { model: 'imagen-4', prompt: '' },
    target,
  });
  // Old enough that nobody waits for the task to become known.
  await run.append({
    event: 'accepted',
    key: id,
    at: at - 60_000,
    id,
    dialect: 'guide',
    replayed: false,
    cost: null,
  });
  const entry = run.open.get(id);
  if (!entry) throw new Error('the record does not hold what was written to it');
  entry.foreign = true;
  return { run, entry, fate: { uncertain: true } };
}
