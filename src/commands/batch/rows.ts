import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { linesOf } from '../../disk/lines.ts';
import { invalid } from '../../errors.ts';
import { isObject, parseJson } from '../../json.ts';
import type { RowFile } from './format.ts';
import type { Manifest } from './manifest.ts';
import { type OtherColumns, type PlacedRow, type Row, type RowContent, readFields, wrong } from './row.ts';

/**
 * Reads the rows one after the other, in constant memory but for lists and manifests. A row that cannot be read says
 * so, and the next follows.
 */
export async function* readRows(file: RowFile, others: OtherColumns): AsyncGenerator<Row> {
  let number = 0;
  for await (const row of placedRows(file, others)) {
    number += 1;
    yield { number, ...row };
  }
}

/** A file is read several times, and a manifest parsed once. */
const manifests = new WeakMap<object, Promise<Manifest>>();

async function* placedRows(file: RowFile, others: OtherColumns): AsyncGenerator<PlacedRow> {
  const { path, shown, format } = file;
  if (format.kind === 'table') {
    const { readCsv } = await import('./csv.ts');
    yield* readCsv(path, format, others);
  } else if (format.kind === 'manifest') {
    const { parseManifest, rowsOf } = await import('./manifest.ts');
    const parsing = manifests.get(file) ?? readYaml(file, 'a manifest').then((yaml) => parseManifest(yaml, shown));
    manifests.set(file, parsing);
    yield* rowsOf(await parsing);
  } else if (format.kind === 'json') yield* listed(await readJson(file), 'json', file, others);
  else if (format.kind === 'yaml') yield* listed((await readYaml(file, 'YAML')).value, 'yaml', file, others);
  else yield* readLines(path, format.kind, others);
}

async function* readLines(path: string, kind: 'lines' | 'jsonl', others: OtherColumns): AsyncGenerator<PlacedRow> {
  let line = 0;
  for await (const typed of linesOf(createReadStream(path) as AsyncIterable<Buffer>)) {
    line += 1;
    const text = (line === 1 ? typed.text.replace(/^\uFEFF/, '') : typed.text).trim();
    if (text === '') continue;
    const value = kind === 'lines' ? text : parseJson(text);
    const row = value === undefined ? wrong('not valid JSON') : readItem(value, others);
    if (row) yield { place: `line ${line}`, ...row };
  }
}

const wayOut = {
  json: 'Write an array: [{"prompt": "a fox"}, {"prompt": "an owl"}]; or one object a line',
  yaml: 'Write a list: a "- " before each prompt, or before "prompt: …" and the other fields of a row',
};

/** Yields the rows of a list. Throws `validation` for anything else. */
function* listed(list: unknown, kind: keyof typeof wayOut, { shown }: RowFile, others: OtherColumns) {
  if (list === null) return;
  if (!Array.isArray(list)) throw invalid(`${shown} holds no list of rows`, wayOut[kind]);
  for (const [index, item] of list.entries()) {
    const row = readItem(item, others);
    if (row) yield { place: `item ${index + 1}`, ...row };
  }
}

/** Reads one value of a list or one line of JSONL; undefined where it holds nothing. */
function readItem(item: unknown, others: OtherColumns): RowContent | undefined {
  if (item === null || item === '') return undefined;
  if (typeof item === 'string') return readFields([['prompt', item]], others);
  if (!isObject(item)) return wrong('a row is a text or an object such as {"prompt": "a fox"}');
  const read = readFields(Object.entries(item), others);
  return read.words.size === 0 && read.problems.length === 0 ? undefined : read;
}

async function readJson(file: RowFile): Promise<unknown> {
  const text = await readWhole(file, 64, 'a JSON array');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`${file.shown} is not valid JSON: ${(error as Error).message.slice(0, 120)}`, wayOut.json);
  }
}

/** Throws `validation` for a text that is not valid YAML. */
async function readYaml(file: RowFile, what: string) {
  const { parseYaml } = await import('../../yaml.ts');
  const parsed = parseYaml(await readWhole(file, 8, what), '1.2');
  if ('fault' in parsed) throw invalid(`${file.shown} ${parsed.fault}`, 'Correct the YAML, or check it in an editor');
  return parsed;
}

/** Reads a file that cannot be read in parts. Throws `validation` for one of more megabytes. */
async function readWhole({ path, shown }: RowFile, most: number, what: string): Promise<string> {
  const { size } = await stat(path);
  if (size > most * 1024 * 1024)
    throw invalid(
      `${shown} is larger than ${most} MB, the most for ${what}`,
      'Write one JSON object a line (JSONL), or CSV: those may be of any size',
    );
  return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
}
