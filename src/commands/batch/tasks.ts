import { isAbsolute, relative } from 'node:path';
import { exactOptional, object, string } from 'zod/mini';
import { ownSourceReason } from '../../command-line/own-source.ts';
import { noteProblem } from '../../errors.ts';
import { defaultTemplate, parseTemplate } from '../../image/template.ts';
import { namePictures } from '../../paid-task/input-pictures.ts';
import { createRowKeys, inShard } from '../../paid-task/row-key.ts';
import { parseFields, type Source } from '../../request/parse-fields.ts';
import { type ImageRequest, orderFields, orderRules, requestsOf } from '../../request/request.ts';
import { checkInside, neverSkips, outputName, type Target, templateReason } from '../../request/target.ts';
import { expandHome } from '../../task/home-path.ts';
import type { Output } from './outputs.ts';
import type { Batch } from './plan.ts';
import type { OtherColumns, Row } from './row.ts';
import { readRows } from './rows.ts';

/** One task of a batch. */
export interface BatchTask {
  row: number;
  id: string | undefined;
  /** Names the task within the batch by what it asks for. */
  key: string;
  request: ImageRequest;
  target: Target;
  /** Where outputs are the same in each run. */
  output?: Output;
}

/** Tasks, one after the other. */
export type Tasks = AsyncIterable<BatchTask> | Iterable<BatchTask>;

/**
 * Reads the tasks of a batch file one after the other: row by row, each model, seed and count of it. A row that is
 * wrong is left out, and each of its problems is told.
 * @param ignored gets the names of the columns that are neither fields nor variables
 */
export async function* readTasks(
  { context: { engine, world }, source, plan }: Omit<Batch, 'flags'>,
  onProblem: (place: string, problem: string) => void = () => undefined,
  ignored: Set<string> = new Set(),
): AsyncGenerator<BatchTask> {
  const { home } = world;
  const keyOf = createRowKeys();
  const parseRow = createRowParser(plan, home);
  const others: OtherColumns = { variables: plan.prompt?.variables ?? new Set(), ignored };
  let number = 0;
  let index = 0;
  for await (const row of readRows(source, others)) {
    number += 1;
    const problems = [...row.problems];
    const order = parseRow(row, problems);
    const named = order && namePictures(engine, world, order.requests);
    const requests = await named?.catch((error) => noteProblem(error, problems));
    for (const problem of problems) onProblem(row.place, problem);
    if (problems.length > 0 || !order || !requests) continue;
    const { id, output } = order;
    const own = output === undefined ? {} : within(plan.target.folder, expandHome(output, home));
    for (const request of requests) {
      index += 1;
      const key = keyOf(request, id);
      const target = { ...plan.target, ...own, index };
      const fixed = ownSourceReason(engine, { request, target }) ?? plan.outputs?.add(row.place, request, target);
      if (typeof fixed === 'string') onProblem(row.place, fixed);
      else if (inShard(key, plan.shard))
        yield { row: number, id, key, request, target, ...(fixed && { output: fixed }) };
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

/**
 * Returns what parses a row. One that has problems as such is parsed all the same: its other problems are told with
 * them. Most rows differ from the one before by prompt, output and id alone: the rest is not parsed again.
 */
function createRowParser({ prompt, usual, target, outputs }: Batch['plan'], home: string | undefined) {
  let before: { options: string; requests: ImageRequest[] } | undefined;

  return (row: Row, problems: string[]) => {
    const fields: Record<string, string> = { ...row.fields };
    const isRead = row.words.size > 0 || row.problems.length === 0;
    if (prompt && isRead && (fields.prompt === undefined || prompt.variables.has('prompt'))) {
      const missing: string[] = [];
      fields.prompt = prompt.fill(row.words, missing);
      for (const variable of missing) problems.push(`no value for ${variable} of --prompt`);
    }
    if (fields.images && outputs) fields.images = outputs.fromFolder(fields.images);
    if (Object.keys(fields).length === 0 && problems.length > 0) return undefined;
    const nameOf = (field: string): string => row.names[field] ?? field;
    const order = parse(fields, nameOf, problems);
    const { output } = fields;
    if (output !== undefined) checkInside(output, target.folder, home, nameOf('output'), problems);
    const name = (order?.output ?? target.output) || defaultTemplate;
    if (order && target.existing === 'skip' && parseTemplate(name).words.has('task'))
      problems.push(neverSkips('--skip-existing', name));
    return order;
  };

  /** Name and id are no part of a request: a picture under another name is not another picture. */
  function parse(fields: Record<string, string>, nameOf: Source['name'], problems: string[]) {
    const { prompt: text, output, id, ...rest } = fields;
    const options = JSON.stringify(rest);
    const asked = text?.trim();
    if (before?.options === options && asked && (output === undefined || templateReason(output) === undefined))
      return { requests: before.requests.map((request) => ({ ...request, prompt: asked })), id, output };
    const sources = [{ value: (field: string) => fields[field], name: nameOf }, ...usual];
    const parsed = parseFields(rowSchema, sources, problems);
    if (!parsed) return undefined;
    const { id: _, output: __, ...order } = parsed;
    const requests = requestsOf(order, sources, problems);
    if (problems.length === 0) before = { options, requests };
    return { requests, id, output };
  }
}
