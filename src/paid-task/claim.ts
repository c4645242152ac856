import type { Context } from '../context.ts';
import { removeLeftFile } from '../disk/temp-file.ts';
import type { DeadRun } from '../journal/journal.ts';
import type { Run } from '../journal/run.ts';

/** The dead runs that this command asked for, by their names: each is taken over once, whoever asks for it. */
export type Claims = Map<string, Promise<Run | undefined>>;

/**
 * Takes a dead run over and removes the temporary files that it left; undefined where another process was quicker.
 * Throws where the record can't be written.
 */
export async function claim(
  { journal }: Context,
  { name }: DeadRun,
  claims: Claims,
): Promise<Run | undefined> {
  const claimed = claims.get(name) ?? takeOver();
  claims.set(name, claimed);
  return await claimed;

  async function takeOver(): Promise<Run | undefined> {
    const run = await journal.claim(name);
    for (const entry of run?.open.values() ?? []) await Promise.all(entry.temps.map(removeLeftFile));
    return run;
  }
}
