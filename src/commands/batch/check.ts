import { type Difference, noteDifferences } from '../../command-line/tell-apart.ts';
import { type Failure, invalid, sentence } from '../../errors.ts';
import { inShard } from '../../paid-task/row-key.ts';
import type { Batch } from './plan.ts';
import { type BatchTask, readTasks } from './tasks.ts';

const flawsTold = 20;

/** What a batch file holds. */
export type Checked = Awaited<ReturnType<typeof checkRows>>;

/** Reads the whole file before anything is paid. Throws `validation` where no valid row is in it. */
export async function checkRows(batch: Batch) {
  const { context, source, flags, plan } = batch;
  const { lock, check, skipInvalid } = flags;
  const { shard, ...wholePlan } = plan;
  const differences = noteDifferences();
  const tasks: BatchTask[] = [];
  const left = new Map<number, number>();
  const flaws: string[] = [];
  const invalidRows = new Set<string>();
  const ignored = new Set<string>();
  let problems = 0;
  let valid = 0;
  let total = 0;
  for await (const task of readTasks({ ...batch, plan: wholePlan }, note, ignored)) {
    valid += 1;
    differences.note(task.request, copyOf(task)[0]);
    if (!inShard(task.key, shard)) continue;
    total += 1;
    left.set(task.row, (left.get(task.row) ?? 0) + 1);
    if (lock || check) tasks.push(task);
  }
  if (problems > flaws.length) flaws.push(`and ${problems - flaws.length} more`);
  const flawed = invalidRows.size;
  if (ignored.size > 0 && (!check || flawed > 0)) context.reporter.note(`Ignored columns: ${shortList([...ignored])}`);
  if (valid === 0 && flawed > 0)
    throw flawsFailure(source.shown, flaws, flawed, skipInvalid && 'No row is left to make');
  if (valid === 0)
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

  return {
    /** The number of tasks of this shard. */
    total,
    /** Those tasks, where the lock that has them is in memory too. */
    tasks,
    /** How many tasks each row of this shard has to go, by its number. */
    left,
    /** Problems of rows, the first twenty. */
    flaws,
    /** The number of rows with problems. */
    flawed,
    /** Tells what a task differs by from the others of the file. */
    differenceOf: (task: BatchTask): Difference => differences.of(task.request, ...copyOf(task)),
    /** Notes that a task needs nothing more in this run. */
    settle({ row }: BatchTask): void {
      const rest = (left.get(row) ?? 1) - 1;
      if (rest > 0) left.set(row, rest);
      else left.delete(row);
    },
  };
}

/** Throws `validation` where rows are invalid; with --skip-invalid it names those that are left out. */
export function refuseFlaws({ context, source, flags }: Batch, { flaws, flawed }: Checked): void {
  if (flawed > 0 && !flags.skipInvalid) throw flawsFailure(source.shown, flaws, flawed);
  for (const flaw of flaws) context.reporter.warn(`left out: ${flaw}`);
}

function flawsFailure(shown: string, flaws: readonly string[], flawed: number, hint?: string | false): Failure {
  const many = flawed === 1 ? 'one row is invalid' : `${flawed} rows are invalid`;
  const usual = 'Nothing was sent. Correct the rows, or leave them out with --skip-invalid';
  return invalid(`${shown}: ${many}`, hint || usual, flaws);
}

/** A key ends with the number of a task that is asked for several times. */
function copyOf({ key }: BatchTask): [name: string, nth: number] {
  const [name = key, nth = '1'] = key.split('-');
  return [name, Number(nth)];
}

/** Names the first ten, and how many more there are. */
export function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
