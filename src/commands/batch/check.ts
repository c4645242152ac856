import { type Difference, type Differences, noteDifferences } from '../../command-line/tell-apart.ts';
import type { Context } from '../../context.ts';
import { type Failure, invalid } from '../../errors.ts';
import { findExisting } from '../../paid-task/existing.ts';
import { addToLots, type Lots } from '../../paid-task/quotes.ts';
import { type Past, standingOf } from './past.ts';
import { type BatchFlags, type BatchPlan, type BatchTask, readTasks } from './plan.ts';
import { inShard } from './row-key.ts';
import type { BatchSource } from './source.ts';

const flawsTold = 20;

/** What a batch file holds. */
export interface Checked {
  /** Tasks of this shard. */
  total: number;
  /** How many tasks each row of this shard has to go, by its number. */
  left: Map<number, number>;
  differences: Differences;
  /** Problems of rows, the first of `flawed`. */
  flaws: string[];
  flawed: number;
}

/** Reads the whole file before anything is paid. Throws `validation` where it has no rows. */
export async function checkRows(
  context: Context,
  source: BatchSource,
  flags: BatchFlags,
  plan: BatchPlan,
): Promise<Checked> {
  const checked: Checked = {
    total: 0,
    left: new Map(),
    differences: noteDifferences(),
    flaws: [],
    flawed: 0,
  };
  let rows = 0;
  for await (const task of readTasks(context, source, flags, { ...plan, shard: undefined }, noteFlaw)) {
    rows += 1;
    checked.differences.note(task.request, copyOf(task).name);
    if (!inShard(task.key, plan.shard)) continue;
    checked.total += 1;
    checked.left.set(task.row, (checked.left.get(task.row) ?? 0) + 1);
  }
  if (rows + checked.flawed === 0)
    throw invalid('the batch has no rows', 'Write one prompt on each line, JSONL, or CSV with a header row');
  if (rows === 0 && flags.skipInvalid) throw flawsFailure(checked);
  return checked;

  function noteFlaw(line: number, flaw: string): void {
    checked.flawed += 1;
    if (checked.flaws.length < flawsTold) checked.flaws.push(`line ${line}: ${flaw}`);
  }
}

export function flawsFailure({ flaws, flawed }: Checked): Failure {
  const more = flawed > flaws.length ? `; and ${flawed - flaws.length} more` : '';
  const hint = 'Nothing was sent. Fix the rows, or leave them out: --skip-invalid';
  return invalid(flaws.join('; ') + more, hint, flaws);
}

/** A key ends with the number of a task that is asked for several times. */
function copyOf({ key }: BatchTask): { name: string; nth: number } {
  const [, name = key, nth = '1'] = /^(.+)-(\d+)$/.exec(key) ?? [];
  return { name, nth: Number(nth) };
}

/** What is told of the rows while they are made. */
export interface RowsToGo {
  differenceOf(task: BatchTask): Difference;
  /** The task needs nothing more in this run. */
  done(task: BatchTask): void;
}

export function rowsToGo({ left, differences }: Checked): RowsToGo {
  return {
    differenceOf(task) {
      const { name, nth } = copyOf(task);
      return differences.of(task.request, name, nth);
    },
    done({ row }) {
      const tasks = (left.get(row) ?? 1) - 1;
      if (tasks > 0) left.set(row, tasks);
      else left.delete(row);
    },
  };
}

/** Returns what a run would buy, by its price. */
export async function lotsToBuy(
  context: Context,
  tasks: AsyncIterable<BatchTask>,
  past: Past,
  flags: BatchFlags,
): Promise<Lots> {
  const lots: Lots = new Map();
  for await (const { key, request, target } of tasks) {
    const standing = standingOf(past, key, flags, context);
    if (standing !== 'wanted' && standing !== 'unanswered') continue;
    if ((await findExisting({ request, target }, context.world.clock.now())) === undefined)
      addToLots(lots, request);
  }
  return lots;
}
