import { isAbsolute, relative } from 'node:path';
import { exactOptional, literal, object, type output, string } from 'zod/mini';
import { spendingSources } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { noteProblem, tellAll } from '../../errors.ts';
import { defaultTemplate, parseTemplate } from '../../image/template.ts';
import { namePictures } from '../../paid-task/input-pictures.ts';
import { createRowKeys, inShard, parseShard, type Shard } from '../../paid-task/row-key.ts';
import { parseFields, type Source, textAs } from '../../request/parse-fields.ts';
import {
  checkOptions,
  type ImageRequest,
  orderFields,
  orderRules,
  type PictureFlags,
  requestsOf,
  wholeNumberIn,
} from '../../request/request.ts';
import { flagSource, namedSource, settingSource } from '../../request/sources.ts';
import {
  checkInside,
  type NamingFlags,
  neverSkips,
  outputName,
  parseTarget,
  type Target,
} from '../../request/target.ts';
import { parseWishes, type WaitingFlags, type Wishes } from '../../request/wishes.ts';
import { expandHome } from '../../task/home-path.ts';
import type { Output, Outputs } from './outputs.ts';
import { type PromptTemplate, parsePrompt } from './prompt-template.ts';
import { type RowFile, readRows } from './read-rows.ts';
import type { Row } from './row.ts';

/** The flags of `batch`, as they were typed. Those about the picture are for rows that say nothing else. */
export interface BatchFlags extends PictureFlags, WaitingFlags, NamingFlags {
  prompt?: string;
  new?: boolean;
  sandbox?: boolean;
  concurrency?: string;
  retryFailed?: boolean;
  skipInvalid?: boolean;
  shard?: string;
  lock?: boolean;
  check?: boolean;
  strict?: boolean;
  refetchMissing?: string;
  mergeLocks?: boolean;
}

/** How a batch is to be done. */
export interface BatchPlan {
  wishes: Wishes;
  target: Omit<Target, 'index'>;
  concurrency: number;
  shard: Shard | undefined;
  prompt: PromptTemplate | undefined;
  /** What the rows do not say. */
  usual: readonly Source[];
  /** Names the pictures that requests are made from by what they hold. */
  name(requests: readonly ImageRequest[]): Promise<ImageRequest[]>;
  home: string | undefined;
  /** Of a manifest, or with a lock file: outputs that are the same in each run. */
  outputs?: Outputs;
}

/** One task of a batch. */
export interface BatchTask {
  row: number;
  id: string | undefined;
  key: string;
  request: ImageRequest;
  target: Target;
  /** Where outputs are the same in each run. */
  output?: Output;
}

const usualConcurrency = 8;
const mostConcurrency = 64;

const batchFields = object({
  concurrency: exactOptional(
    textAs(
      (typed) => wholeNumberIn(typed, mostConcurrency),
      () => `use a whole number from 1 to ${mostConcurrency}`,
    ),
  ),
  shard: exactOptional(textAs(parseShard, () => 'use a share such as 1/4, the first of four')),
  refetchMissing: exactOptional(literal('buy', 'use buy')),
  prompt: exactOptional(textAs(parsePrompt, () => 'write {{ or }} for a literal brace')),
});

/** Throws one `validation` failure that tells every problem of the flags. */
export function readBatchPlan(context: Context, flags: BatchFlags): BatchPlan {
  const { engine, stored, world } = context;
  const { settings } = stored;
  const problems: string[] = [];
  const { model, ratio, negative, seed, count, callbackUrl } = flags;
  const { image, resolution, format, quality, set, action } = flags;
  const further = { image, resolution, format, quality, set, action };
  const { dir: _, output: __, ...ofPictures } = settings;
  const usual = [
    flagSource({ model, ratio, negative, seed, count, callbackUrl, ...further }),
    settingSource(ofPictures),
  ];
  // A row may name any model: a ratio or a field that one of them takes may be right.
  const isImagen = Object.values(further).every((value) => value === undefined);
  checkOptions([...usual, namedSource({ model: isImagen ? 'imagen-4-fast' : 'another' })], problems);
  const typed = spendingSources(context, flags);
  const own = parseFields(batchFields, typed, problems);
  const wishes = parseWishes(typed, problems);
  const target = parseTarget(typed, world, { count: 'many', areNew: true }, problems);
  if (problems.length > 0 || !own || !wishes || !target) throw tellAll(problems);
  const { concurrency = usualConcurrency, shard, prompt } = own;
  const name = (requests: readonly ImageRequest[]) => namePictures(engine, world, requests);
  return { wishes, target, concurrency, shard, prompt, usual, name, home: world.home };
}

/**
 * Reads the tasks of a batch file one after the other: row by row, each model, seed and count of it. A row that is
 * wrong is left out, and each of its problems is told.
 * @param ignored gets the names of the columns that are neither fields nor variables
 */
export async function* readTasks(
  file: RowFile,
  plan: BatchPlan,
  onProblem: (place: string, problem: string) => void = () => undefined,
  ignored: Set<string> = new Set(),
): AsyncGenerator<BatchTask> {
  const keyOf = createRowKeys();
  const others = { variables: plan.prompt?.variables ?? new Set<string>(), ignored };
  let index = 0;
  for await (const row of readRows(file, others)) {
    const problems = [...row.problems];
    const { order, sources } = parseRow(row, plan, problems);
    const typed = order && requestsOf(askedIn(order), sources, problems);
    const requests = typed && (await plan.name(typed).catch((error) => noteProblem(error, problems)));
    for (const problem of problems) onProblem(row.place, problem);
    if (problems.length > 0 || !order || !requests) continue;
    const { id, output } = order;
    for (const request of requests) {
      index += 1;
      const key = keyOf(request, id);
      const target = {
        ...plan.target,
        ...(output !== undefined && within(plan.target.folder, expandHome(output, plan.home))),
        index,
      };
      const fixed: Output | string | undefined = plan.outputs?.add(row.place, request, target);
      if (typeof fixed === 'string') onProblem(row.place, fixed);
      else if (inShard(key, plan.shard))
        yield { row: row.number, id, key, request, target, ...(fixed && { output: fixed }) };
    }
  }
}

/** A name from the file, which may have been written by somebody else: it counts from the folder and stays in it. */
function within(root: string, name: string): Pick<Target, 'output' | 'root'> {
  return { output: isAbsolute(name) ? relative(root, name) : name, root };
}

const rowSchema = object({ ...orderFields, output: exactOptional(outputName), id: exactOptional(string()) }).check(
  orderRules,
);

/** The rest of a row is no part of a request: a picture that gets another name is not another picture. */
function askedIn({ id: _, output: __, ...asked }: output<typeof rowSchema>) {
  return asked;
}

/** Parses a row. One that has problems as such is parsed all the same: its other problems are told with them. */
function parseRow(row: Row, { prompt, usual, target, home }: BatchPlan, problems: string[]) {
  const fields: Record<string, string> = { ...row.fields };
  const isRead = row.words.size > 0 || row.problems.length === 0;
  if (prompt && isRead && (fields.prompt === undefined || prompt.variables.has('prompt'))) {
    const missing: string[] = [];
    fields.prompt = prompt.fill(row.words, missing);
    for (const variable of missing) problems.push(`no value for ${variable} of --prompt`);
  }
  if (Object.keys(fields).length === 0 && problems.length > 0) return { order: undefined, sources: [] };
  const source = { value: (field: string) => fields[field], name: (field: string) => row.names[field] ?? field };
  const sources = [source, ...usual];
  const order = parseFields(rowSchema, sources, problems);
  if (fields.output !== undefined) checkInside(fields.output, target.folder, home, source.name('output'), problems);
  const name = (order?.output ?? target.output) || defaultTemplate;
  if (order && target.existing === 'skip' && parseTemplate(name).words.has('task'))
    problems.push(neverSkips('--skip-existing', name));
  return { order, sources };
}
