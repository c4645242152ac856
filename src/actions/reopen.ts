import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';
import type { Server, Target } from '../journal/event.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { Run } from '../journal/run.ts';
import { unrecorded } from '../journal/unrecorded.ts';
import type { Begun } from './work.ts';

/** Takes over the unfinished entry of a dead run; undefined where another process was quicker. */
export async function adopt(
  context: Context,
  dead: DeadRun,
  key: string,
  owned: Map<string, Run>,
): Promise<Begun | undefined> {
  const run = owned.get(dead.name) ?? (await context.journal.claim(dead.name));
  if (run) owned.set(dead.name, run);
  const entry = run?.open.get(key);
  return run && entry && { run, entry, fate: { uncertain: true } };
}

/** Writes down again what is known of a task whose run has ended, in a run of this process. */
export async function reopen(
  context: Context,
  { key, intended, accepted, completed, saved }: Entry,
): Promise<Begun | undefined> {
  const run = context.flags.record === false ? await unrecorded(true).run() : await context.journal.run();
  await run.append({ event: 'intended', key, ...intended });
  if (accepted) await run.append({ event: 'accepted', key, ...accepted });
  if (completed) await run.append({ event: 'completed', key, ...completed });
  for (const [index, file] of Object.entries(saved)) {
    await run.append({
      event: 'saved',
      key,
      at: intended.at,
      index: Number(index),
      file,
    });
  }
  const entry = run.open.get(key);
  return entry && { run, entry, fate: { uncertain: true } };
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
