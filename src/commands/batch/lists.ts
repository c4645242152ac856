import { readFile, stat } from 'node:fs/promises';
import { invalid } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { type OtherColumns, type Row, readFields } from './row.ts';

/** A list is read whole. */
const mostBytes = { json: 64 * 1024 * 1024, yaml: 8 * 1024 * 1024 };

/** Reads the rows of a JSON array or a YAML list. Throws `validation` for a file that holds anything else. */
export async function* readList(
  path: string,
  kind: 'json' | 'yaml',
  shown: string,
  others: OtherColumns,
): AsyncGenerator<Row> {
  const { size } = await stat(path);
  if (size > mostBytes[kind]) {
    throw invalid(
      `${shown} is larger than ${mostBytes[kind] / 1024 / 1024} MB, the most for a ${kind === 'json' ? 'JSON array' : 'YAML list'}`,
      'Write one JSON object a line (JSONL), or CSV: those may be of any size',
    );
  }
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  const list = kind === 'json' ? parseJsonList(text, shown) : await parseYamlList(text, shown);
  if (list === null) return;
  if (!Array.isArray(list)) throw invalid(`${shown} holds no list of rows`, wayOut[kind]);
  let number = 0;
  for (const [index, item] of list.entries()) {
    const row = readItem(item, others);
    if (!row) continue;
    number += 1;
    yield { number, place: `item ${index + 1}`, ...row };
  }
}

/** Reads one value of a list or one line of JSONL; undefined where it holds nothing. */
export function readItem(
  item: unknown,
  others: OtherColumns,
): Pick<Row, 'fields' | 'names' | 'words' | 'problems'> | undefined {
  if (item === null || item === '') return undefined;
  if (isObject(item)) {
    const read = readFields(Object.entries(item), others);
    return read.words.size === 0 && read.problems.length === 0 ? undefined : read;
  }
  if (typeof item === 'object' || typeof item === 'boolean')
    return {
      fields: {},
      names: {},
      words: new Map(),
      problems: ['a row is a text or an object such as {"prompt": "a fox"}'],
    };
  return readFields([['prompt', item]], others);
}

function parseJsonList(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`${shown} is not valid JSON: ${(error as Error).message.slice(0, 120)}`, wayOut.json);
  }
}

async function parseYamlList(text: string, shown: string): Promise<unknown> {
  const { parseYaml } = await import('../../yaml.ts');
  const parsed = parseYaml(text, '1.2');
  if ('fault' in parsed) throw invalid(`${shown} ${parsed.fault}`, wayOut.yaml);
  return parsed.value;
}

const wayOut = {
  json: 'Write an array: [{"prompt": "a fox"}, {"prompt": "an owl"}]; or one object a line',
  yaml: 'Write a list: a "- " before each prompt, or before "prompt: …" and the other fields of a row',
};
