import { withLimit } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { noteProblem, tellAll } from '../../errors.ts';
import { parseTemplate } from '../../image/template.ts';
import type { Target } from '../../journal/event.ts';
import { type ImageRequest, parseRequests } from '../../request/request.ts';
import { readTarget } from '../../request/target.ts';
import { readWishes, type Wishes } from '../../request/wishes.ts';
import type { GenerateFlags } from '../generate/plan.ts';
import { type BatchFormat, readRows } from './read-rows.ts';
import type { Row } from './row.ts';
import { createRowKeys, inShard, parseShard, type Shard } from './row-key.ts';

/** The flags of `batch`, as they were typed. Those about the picture are what a row means that says nothing else. */
export interface BatchFlags extends GenerateFlags {
  concurrency?: string;
  retryFailed?: boolean;
  skipInvalid?: boolean;
  shard?: string;
}

/** How a batch is to be done, checked. */
export interface BatchPlan {
  wishes: Wishes;
  target: Omit<Target, 'index'>;
  concurrency: number;
  shard: Shard | undefined;
}

/** One task of a batch. */
export interface BatchTask {
  row: number;
  id: string | undefined;
  key: string;
  request: ImageRequest;
  target: Target;
}

const defaultConcurrency = 8;
const mostConcurrency = 64;
const mostCount = 1000;

/** Throws one `validation` failure that tells every problem of the flags. */
export function readBatchPlan(context: Context, flags: BatchFlags): BatchPlan {
  const problems: string[] = [];
  const wishes = readWishes(withLimit(context, flags, problems), context.stored.settings.timeout, problems);
  const target = readTarget(context, flags, 2, problems);
  const concurrency = flags.concurrency === undefined ? defaultConcurrency : Number(flags.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > mostConcurrency) {
    problems.push(
      `--concurrency ${JSON.stringify(flags.concurrency)} is no whole number from 1 to ${mostConcurrency}`,
    );
  }
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard);
  if (flags.shard !== undefined && !shard) {
    problems.push(`--shard ${JSON.stringify(flags.shard)} is not like 1/4 (the first of four)`);
  }
  tasksOf(context, flags, { number: 1, line: 1, fields: { prompt: 'x' } }, problems);
  if (problems.length > 0) throw tellAll(problems);
  return { wishes, target, concurrency, shard };
}

/**
 * Reads the tasks of a batch file one after the other: row by row, each model, seed and count of it. A row that is
 * wrong is told to `onFlaw` and left out.
 */
export async function* readTasks(
  context: Context,
  source: { path: string; format: BatchFormat },
  flags: BatchFlags,
  plan: BatchPlan,
  onFlaw: (line: number, flaw: string) => void,
): AsyncGenerator<BatchTask> {
  const keyOf = createRowKeys();
  let index = 0;
  for await (const row of readRows(source.path, source.format)) {
    const problems = row.flaw === undefined ? [] : [row.flaw];
    const tasks = row.flaw === undefined ? tasksOf(context, flags, row, problems) : [];
    if (problems.length > 0) {
      onFlaw(row.line, problems.join('; '));
      continue;
    }
    for (const { request, output } of tasks) {
      index += 1;
      const key = keyOf(request, row.fields.id);
      if (!inShard(key, plan.shard)) continue;
      const target = { ...plan.target, output: output ?? plan.target.output, index };
      yield { row: row.number, id: row.fields.id, key, request, target };
    }
  }
}

function tasksOf(
  context: Context,
  flags: BatchFlags,
  { fields }: Row,
  problems: string[],
): Array<{ request: ImageRequest; output: string | undefined }> {
  const { settings } = context.stored;
  const requests = parseRequests(
    {
      prompt: fields.prompt ?? '',
      model: fields.model ?? flags.model ?? settings.model ?? 'imagen-4',
      ratio: fields.ratio ?? flags.ratio ?? settings.ratio,
      negative: fields.negative ?? flags.negative,
      seed: fields.seed ?? flags.seed,
      callbackUrl: fields.callbackUrl ?? flags.callbackUrl,
    },
    problems,
  );
  const written = fields.count ?? flags.count;
  const count = written === undefined ? 1 : Number(written);
  if (!Number.isInteger(count) || count < 1 || count > mostCount) {
    problems.push(`--count ${JSON.stringify(written)} is no whole number from 1 to ${mostCount}`);
    return [];
  }
  if (requests.length * count > mostCount)
    problems.push(`the row asks for ${requests.length * count} pictures: ${mostCount} at most`);
  const { output } = fields;
  if (output !== undefined) checkOutput(output, problems);
  return Array.from({ length: count }, () => requests.map((request) => ({ request, output }))).flat();
}

/** A batch file may come from somebody else: its names stay in the folder. */
function checkOutput(output: string, problems: string[]): void {
  const parts = output.split(/[/\\]/);
  if (output === '-' || /^([/\\]|[a-z]:)/i.test(output) || parts.includes('..')) {
    problems.push(`output ${JSON.stringify(output)} leaves the folder: name a file in it`);
    return;
  }
  try {
    parseTemplate(output);
  } catch (error) {
    noteProblem(error, problems);
  }
}
