import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import { invalid } from '../../errors.ts';
import { createOutputs } from './outputs.ts';
import { type BatchFlags, type BatchPlan, readBatchPlan } from './plan.ts';
import type { BatchSource } from './source.ts';

/**
 * Returns the plan for a manifest, or for any file with a lock: it means the same on every machine, so pictures go to
 * the folder of the file and settings about the picture do not count. Other files keep the plan of the flags.
 */
export function pinnedPlan(
  context: Context,
  source: BatchSource,
  typed: BatchPlan,
  flags: BatchFlags & { dryRun?: boolean },
): BatchPlan {
  const { lock, check, mergeLocks } = flags;
  const flag = Object.entries({ '--lock': lock, '--check': check, '--merge-locks': mergeLocks }).find(
    ([, given]) => given,
  )?.[0];
  if (!flag && source.format.kind !== 'manifest') return typed;
  if (flag && source.isCopy) throw invalid(`${flag} needs a file, not stdin or a pipe`);
  if (flag && flags.dryRun) throw invalid(`--dry-run does not go with ${flag}`, '--check tells what --lock would make');
  if (lock && (flags.wait === false || flags.download === false))
    throw invalid(`--lock needs the pictures: leave out --no-${flags.wait === false ? 'wait' : 'download'}`);
  const { model: _, ratio: __, dir: ___, output: ____, ...settings } = context.stored.settings;
  const folder = source.isCopy ? context.world.cwd : dirname(source.path);
  const stable = { ...context, stored: { ...context.stored, settings } };
  return { ...readBatchPlan(stable, { dir: folder, ...flags }), outputs: createOutputs(folder) };
}
