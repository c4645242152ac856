import { exists } from '../disk/place.ts';
import { removeLeftFile } from '../disk/temp-file.ts';
import { type Entry, eventsOf, type TaskEntry } from '../journal/entry.ts';
import type { Server, Target } from '../journal/event.ts';
import type { LeftRun } from '../journal/left-runs.ts';
import type { Run } from '../journal/run.ts';
import { memoryRun } from '../journal/unrecorded.ts';
import type { Begun, Engine } from './engine.ts';

/** The dead runs that this call took over, by path: each is taken over once. */
export type Claims = Map<string, Promise<Run | undefined>>;

/** Takes over the unfinished entry of a dead run; undefined where another process was quicker. */
export async function adopt(
  engine: Engine,
  dead: Pick<LeftRun, 'path'>,
  key: string,
  claims: Claims,
): Promise<Begun | undefined> {
  const claimed = claims.get(dead.path) ?? claim(engine, dead);
  claims.set(dead.path, claimed);
  const run = await claimed;
  const entry = run?.open.get(key);
  return run && entry && { run, entry, fate: { uncertain: true } };
}

/** Also removes the temporary files that the dead run left. Throws where the record cannot be written. */
async function claim({ journal }: Engine, dead: Pick<LeftRun, 'path'>): Promise<Run | undefined> {
  const run = await journal.takeOver(dead);
  for (const entry of run?.open.values() ?? []) await Promise.all(entry.temps.map(removeLeftFile));
  return run;
}

/**
 * Copies what is known of a task whose run has ended into a run of this process, to work on it again. Files that are
 * gone do not count as saved.
 */
export async function reopen(engine: Engine, entry: Entry): Promise<Begun | undefined> {
  const saved: Entry['saved'] = {};
  for (const [index, file] of Object.entries(entry.saved)) if (await exists(file.path)) saved[Number(index)] = file;
  const run = await writtenTo(engine, { ...entry, letGo: false, temps: [], saving: {}, saved });
  const begun = run.open.get(entry.key);
  return begun && { run, entry: begun, fate: { uncertain: true } };
}

/** Nothing is paid for here: where the record cannot be written, the listener is warned and memory has to do. */
async function writtenTo({ recorded, journal, listener }: Engine, entry: Entry): Promise<Run> {
  const events = eventsOf(entry);
  if (recorded) {
    try {
      const run = await journal.run();
      await run.append(...events);
      return run;
    } catch (error) {
      listener.warn(error instanceof Error ? error.message : String(error));
    }
  }
  const run = memoryRun();
  await run.append(...events);
  return run;
}

/** Makes a task of which only the id is known ready to be worked on. Nothing is recorded. */
export function foreign({ clock }: Engine, id: string, server: Server, target: Target): Begun {
  const at = clock.now();
  const entry: TaskEntry = {
    key: id,
    intended: { at, server, target },
    accepted: { id, at, replayed: false, cost: null },
    temps: [],
    saving: {},
    saved: {},
  };
  return { run: memoryRun(entry), entry, fate: { uncertain: true } };
}
