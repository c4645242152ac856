import { type Difference, type Differences, noteDifferences } from '../../command-line/tell-apart.ts';
import { type Failure, invalid, sentence } from '../../errors.ts';
import { inShard } from '../../paid-task/row-key.ts';
import type { Batch } from './plan.ts';
import { type BatchTask, readTasks } from './tasks.ts';

const flawsTold = 20;

/** What a batch file holds. */
export interface Checked {
  /** Tasks of this shard. */
  total: number;
  /** Those tasks, where the lock that has them is in memory too. */
  tasks: BatchTask[];
  /** How many tasks each row of this shard has to go, by its number. */
  left: Map<number, number>;
  differences: Differences;
  /** Problems of rows, the first twenty. */
  flaws: string[];
  /** The number of rows with problems. */
  flawed: number;
}

/** Reads the whole file before anything is paid. Throws `validation` where no valid row is in it. */
export async function checkRows(batch: Batch): Promise<Checked> {
  const { context, source, flags, plan } = batch;
  const { lock, check, skipInvalid } = flags;
  const { shard, ...wholePlan } = plan;
  const flaws: string[] = [];
  const checked: Checked = { total: 0, tasks: [], left: new Map(), differences: noteDifferences(), flaws, flawed: 0 };
  const invalidRows = new Set<string>();
  const ignored = new Set<string>();
  let problems = 0;
  let valid = 0;
  for await (const task of readTasks({ ...batch, plan: wholePlan }, note, ignored)) {
    valid += 1;
    checked.differences.note(task.request, copyOf(task)[0]);
    if (!inShard(task.key, shard)) continue;
    checked.total += 1;
    checked.left.set(task.row, (checked.left.get(task.row) ?? 0) + 1);
    if (lock || check) checked.tasks.push(task);
  }
  checked.flawed = invalidRows.size;
  if (problems > flaws.length) flaws.push(`and ${problems - flaws.length} more`);
  if (ignored.size > 0 && (!check || problems > 0))
    context.reporter.note(`Ignored columns: ${shortList([...ignored])}`);
  if (valid > 0) return checked;
  if (problems > 0) throw flawsFailure(checked, source.shown, skipInvalid && 'No row is left to make');
  throw invalid(
    `${source.shown} holds no rows`,
    'Write one prompt a line, JSON, YAML, or CSV with a header row that names a column prompt',
  );

  function note(place: string, problem: string): void {
    invalidRows.add(place);
    const flaw = sentence(`${place}: ${problem}`);
    if (flaw === flaws.at(-1)) return; // of several copies of one row
    problems += 1;
    if (flaws.length < flawsTold) flaws.push(flaw);
  }
}

/** Throws `validation` where rows are invalid; with --skip-invalid it names those that are left out. */
export function refuseFlaws({ context, source, flags }: Batch, checked: Checked): void {
  if (checked.flawed > 0 && !flags.skipInvalid) throw flawsFailure(checked, source.shown);
  for (const flaw of checked.flaws) context.reporter.warn(`left out: ${flaw}`);
}

function flawsFailure({ flaws, flawed }: Checked, shown: string, hint?: string | false): Failure {
  const many = flawed === 1 ? 'one row is invalid' : `${flawed} rows are invalid`;
  const usual = 'Nothing was sent. Correct the rows, or leave them out with --skip-invalid';
  return invalid(`${shown}: ${many}`, hint || usual, flaws);
}

/** Names the first ten, and how many more there are. */
export function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** A key ends with the number of a task that is asked for several times. */
function copyOf({ key }: BatchTask): [name: string, nth: number] {
  const [name = key, nth = '1'] = key.split('-');
  return [name, Number(nth)];
}

/** Tells what a task differs by from the others of the file. */
export function differenceOf({ differences }: Checked, task: BatchTask): Difference {
  return differences.of(task.request, ...copyOf(task));
}

/** Notes that a task needs nothing more in this run. */
export function settle({ left }: Checked, { row }: BatchTask): void {
  const tasks = (left.get(row) ?? 1) - 1;
  if (tasks > 0) left.set(row, tasks);
  else left.delete(row);
}
