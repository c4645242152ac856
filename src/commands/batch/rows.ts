import { createReadStream } from 'node:fs';
import { linesOf } from '../../disk/lines.ts';
import { invalid } from '../../errors.ts';
import { isObject, parseJson } from '../../json.ts';
import { type OtherColumns, type Row, type RowContent, readFields, wrong } from './row.ts';
import { parseYamlFile, type RowFile, readWhole } from './text-file.ts';

/**
 * Reads the rows one after the other, in constant memory but for lists. A row that cannot be read says so, and the
 * next follows.
 */
export async function* readRows(file: RowFile, others: OtherColumns): AsyncGenerator<Row> {
  const { path, format } = file;
  if (format.kind === 'table') {
    const { readCsv } = await import('./csv.ts');
    yield* readCsv(path, format, others);
  } else if (format.kind === 'manifest') {
    const { readManifest } = await import('./manifest.ts');
    yield* readManifest(file);
  } else if (format.kind === 'json' || format.kind === 'yaml') yield* readList(file, format.kind, others);
  else yield* readLines(path, format.kind, others);
}

async function* readLines(path: string, kind: 'lines' | 'jsonl', others: OtherColumns): AsyncGenerator<Row> {
  let line = 0;
  let number = 0;
  for await (const typed of linesOf(createReadStream(path) as AsyncIterable<Buffer>)) {
    line += 1;
    const text = (line === 1 ? typed.text.replace(/^\uFEFF/, '') : typed.text).trim();
    if (text === '') continue;
    const value = kind === 'lines' ? text : parseJson(text);
    const row = value === undefined ? wrong('not valid JSON') : readItem(value, others);
    if (!row) continue;
    number += 1;
    yield { number, place: `line ${line}`, ...row };
  }
}

/** Reads the rows of a JSON array or a YAML list. Throws `validation` for a file that holds anything else. */
async function* readList(file: RowFile, kind: 'json' | 'yaml', others: OtherColumns): AsyncGenerator<Row> {
  const text = await readWhole(file, kind === 'json' ? 64 : 8, kind === 'json' ? 'a JSON array' : 'YAML');
  const list = kind === 'json' ? parseJsonList(text, file) : (await parseYamlFile(text, file)).value;
  if (list === null) return;
  if (!Array.isArray(list)) throw invalid(`${file.shown} holds no list of rows`, wayOut[kind]);
  let number = 0;
  for (const [index, item] of list.entries()) {
    const row = readItem(item, others);
    if (!row) continue;
    number += 1;
    yield { number, place: `item ${index + 1}`, ...row };
  }
}

/** Reads one value of a list or one line of JSONL; undefined where it holds nothing. */
function readItem(item: unknown, others: OtherColumns): RowContent | undefined {
  if (item === null || item === '') return undefined;
  if (isObject(item)) {
    const read = readFields(Object.entries(item), others);
    return read.words.size === 0 && read.problems.length === 0 ? undefined : read;
  }
  if (typeof item !== 'string') return wrong('a row is a text or an object such as {"prompt": "a fox"}');
  return readFields([['prompt', item]], others);
}

function parseJsonList(text: string, { shown }: RowFile): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`${shown} is not valid JSON: ${(error as Error).message.slice(0, 120)}`, wayOut.json);
  }
}

const wayOut = {
  json: 'Write an array: [{"prompt": "a fox"}, {"prompt": "an owl"}]; or one object a line',
  yaml: 'Write a list: a "- " before each prompt, or before "prompt: …" and the other fields of a row',
};
