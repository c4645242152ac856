import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { linesOf } from '../../disk/lines.ts';
import { invalid } from '../../errors.ts';
import { isObject, parseJson } from '../../json.ts';
import type { RowFile } from './format.ts';
import type { Manifest } from './manifest.ts';
import { type OtherColumns, type Row, readFields, wrong } from './row.ts';

/** A file is read several times, and a manifest parsed once. */
const manifests = new WeakMap<object, Promise<Manifest>>();

/**
 * Reads the rows one after the other, in constant memory but for lists and manifests. A row that cannot be read says
 * so, and the next follows.
 */
export async function* readRows(file: RowFile, others: OtherColumns): AsyncGenerator<Row> {
  const { path, shown, format } = file;
  if (format.kind === 'table') {
    const { readCsv } = await import('./csv.ts');
    yield* readCsv(path, format, others);
  } else if (format.kind === 'manifest') {
    const { parseManifest, rowsOf } = await import('./manifest.ts');
    const parsing = manifests.get(file) ?? readYaml(file, 'a manifest').then((yaml) => parseManifest(yaml, shown));
    manifests.set(file, parsing);
    yield* rowsOf(await parsing);
  } else {
    for await (const [place, item] of itemsOf(file, format.kind)) {
      const row = readItem(place, item, others);
      if (row.problems.length > 0 || row.words.size > 0) yield row;
    }
  }
}

type Kind = 'lines' | 'jsonl' | 'json' | 'yaml';

/** Yields the values of a list, or of lines, each with its place. Throws `validation` for a file without a list. */
async function* itemsOf(file: RowFile, kind: Kind): AsyncGenerator<[place: string, item: unknown]> {
  if (kind === 'json' || kind === 'yaml') {
    const list = kind === 'json' ? await readJson(file) : (await readYaml(file, 'YAML')).value;
    if (list !== null && !Array.isArray(list)) throw invalid(`${file.shown} holds no list of rows`, wayOut[kind]);
    for (const [index, item] of (list ?? []).entries()) yield [`item ${index + 1}`, item];
    return;
  }
  let line = 0;
  for await (const typed of linesOf(createReadStream(file.path) as AsyncIterable<Buffer>)) {
    line += 1;
    const text = (line === 1 ? typed.text.replace(/^\uFEFF/, '') : typed.text).trim();
    if (text !== '') yield [`line ${line}`, kind === 'lines' ? text : parseJson(text)];
  }
}

/** Reads one value of a list or one line; empty where it holds nothing. */
function readItem(place: string, item: unknown, others: OtherColumns): Row {
  if (item === undefined) return wrong(place, 'not valid JSON');
  if (item === null || typeof item === 'string') return readFields(place, [['prompt', item]], others);
  if (isObject(item)) return readFields(place, Object.entries(item), others);
  return wrong(place, 'a row is a text or an object such as {"prompt": "a fox"}');
}

const wayOut = {
  json: 'Write an array: [{"prompt": "a fox"}, {"prompt": "an owl"}]; or one object a line',
  yaml: 'Write a list: a "- " before each prompt, or before "prompt: …" and the other fields of a row',
};

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
