import { dirname } from 'node:path';
import { _default, exactOptional, literal, object, type output } from 'zod/mini';
import type { NamingFlags, PictureFlags, Typed, WaitingFlags } from '../../command-line/flags.ts';
import { spendingSources } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { invalid, tellAll } from '../../errors.ts';
import { parseShard } from '../../paid-task/row-key.ts';
import { parseFields, type Source, textAs } from '../../request/parse-fields.ts';
import { checkOptions, wholeNumber } from '../../request/request.ts';
import { flagSource, namedSource, settingSource } from '../../request/sources.ts';
import { parseTarget, type Target } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';
import { createOutputs, type Outputs } from './outputs.ts';
import { parsePrompt } from './row.ts';
import type { BatchSource } from './source.ts';

type Value = 'prompt' | 'concurrency' | 'shard' | 'refetchMissing';
type Deed = 'lock' | 'check' | 'strict' | 'mergeLocks' | 'schema' | 'dryRun';
type Choice = 'retryFailed' | 'skipInvalid';

/** The flags of `batch`, as they were typed. Those about the picture are for rows that say nothing else. */
export type BatchFlags = PictureFlags &
  WaitingFlags &
  NamingFlags &
  Typed<'new' | 'yes' | 'sandbox'> & { [Flag in Value]?: string } & { [Flag in Deed | Choice]?: boolean };

/** An open batch file, and what is wanted of it. */
export interface Batch {
  context: Context;
  source: BatchSource;
  flags: BatchFlags;
  plan: BatchPlan;
}

/** How a batch is to be done. */
interface BatchPlan extends output<typeof batchFields> {
  wishes: Wishes;
  target: Omit<Target, 'index'>;
  /** What the rows do not say. */
  usual: readonly Source[];
  /** Of a manifest, or with a lock file: outputs that are the same in each run. */
  outputs?: Outputs;
}

const mostConcurrency = 64;

const batchFields = object({
  concurrency: _default(wholeNumber(1, mostConcurrency), 8),
  shard: exactOptional(textAs(parseShard, 'use a share such as 1/4, the first of four')),
  refetchMissing: exactOptional(literal('buy', 'use buy')),
  prompt: exactOptional(textAs(parsePrompt, 'write {{ or }} for a literal brace')),
});

/** Throws one `validation` failure that tells every problem of the flags. */
export function readBatchPlan(context: Context, flags: BatchFlags): BatchPlan {
  const problems: string[] = [];
  const { model, ratio, negative, seed, count, callbackUrl } = flags;
  const { image, resolution, format, quality, set, action } = flags;
  const further = { image, resolution, format, quality, set, action };
  const { dir: _, output: __, ...ofPictures } = context.stored.settings;
  const usual = [
    flagSource({ model, ratio, negative, seed, count, callbackUrl, ...further }),
    settingSource(ofPictures),
  ];
  // A row may name any model: a ratio or a field that one of them takes may be right.
  const isImagen = Object.values(further).every((value) => value === undefined);
  checkOptions(isImagen ? usual : [...usual, namedSource({ model: 'another' })], problems, 'later');
  const typed = spendingSources(context, flags);
  const own = parseFields(batchFields, typed, problems);
  const wishes = parseWishes(typed, problems);
  const target = parseTarget(typed, context.world, { count: 'many', areNew: true }, problems);
  if (problems.length > 0 || !own || !wishes || !target) throw tellAll(problems);
  return { ...own, wishes, target, usual };
}

/**
 * Returns the plan for a manifest, or for any file with a lock: it means the same on every machine, so pictures go to
 * the folder of the file and settings about the picture do not count. Other files keep the plan of the flags.
 */
export function pinnedPlan(context: Context, source: BatchSource, typed: BatchPlan, flags: BatchFlags): BatchPlan {
  const { lock, check, mergeLocks } = flags;
  const flag = lock ? '--lock' : check ? '--check' : mergeLocks ? '--merge-locks' : undefined;
  if (!flag && source.format.kind !== 'manifest') return typed;
  if (flag && source.isCopy) throw invalid(`${flag} needs a file, not stdin or a pipe`);
  if (flag && flags.dryRun) throw invalid(`--dry-run does not go with ${flag}`, '--check tells what --lock would make');
  if (lock && (flags.wait === false || flags.download === false))
    throw invalid(`--lock needs the pictures: leave out --no-${flags.wait === false ? 'wait' : 'download'}`);
  const { model: _, ratio: __, dir: ___, output: ____, ...settings } = context.stored.settings;
  const folder = source.isCopy ? context.world.cwd : dirname(source.path);
  const stable = { ...context, stored: { ...context.stored, settings } };
  return { ...readBatchPlan(stable, { dir: folder, ...flags }), outputs: createOutputs(folder, flag !== undefined) };
}
