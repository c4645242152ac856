import type { Context } from '../../context.ts';
import { invalid, sentence } from '../../errors.ts';
import { inShard } from '../../paid-task/row-key.ts';
import { type BatchFlags, type BatchPlan, readTasks } from './plan.ts';
import type { RowFile } from './read-rows.ts';

const mostTold = 20;

/**
 * Reads the whole file before anything is paid, and tells what is wrong with it. Answers how many tasks this shard has
 * of it. Throws `validation` where a row is wrong, or with --skip-invalid where no row is left.
 */
export async function checkRows(
  { reporter }: Context,
  file: RowFile,
  plan: BatchPlan,
  { skipInvalid }: BatchFlags,
): Promise<number> {
  const told: string[] = [];
  const invalidRows = new Set<string>();
  const ignored = new Set<string>();
  let problems = 0;
  let all = 0;
  let own = 0;
  for await (const { key } of readTasks(file, { ...plan, shard: undefined }, note, ignored)) {
    all += 1;
    if (inShard(key, plan.shard)) own += 1;
  }
  if (ignored.size > 0) reporter.note(`Ignored columns: ${shortList([...ignored])}`);
  if (problems > told.length) told.push(`and ${problems - told.length} more`);
  if (problems > 0 && (!skipInvalid || all === 0)) {
    const many = invalidRows.size === 1 ? 'one row is invalid' : `${invalidRows.size} rows are invalid`;
    const hint = skipInvalid
      ? 'No row is left to make'
      : 'Nothing was sent. Correct the rows, or leave them out with --skip-invalid';
    throw invalid(`${file.shown}: ${many}`, hint, told);
  }
  for (const problem of told) reporter.warn(`left out: ${problem}`);
  if (all === 0)
    throw invalid(
      `${file.shown} holds no rows`,
      'Write one prompt a line, JSON, YAML, or CSV with a header row that names a column prompt',
    );
  return own;

  function note(place: string, problem: string): void {
    problems += 1;
    invalidRows.add(place);
    if (told.length < mostTold) told.push(sentence(`${place}: ${problem}`));
  }
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
