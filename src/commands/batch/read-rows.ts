import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { readFields } from './fields.ts';
import type { Row } from './row.ts';

export type BatchFormat = 'jsonl' | 'csv' | 'lines';

/** By the name's ending, else by the first line: an object is JSONL, a head with a `prompt` column is CSV. */
export async function formatOf(path: string, named: string = path): Promise<BatchFormat> {
  if (/\.(jsonl|ndjson)$/i.test(named)) return 'jsonl';
  if (/\.csv$/i.test(named)) return 'csv';
  if (/\.(txt|text|md)$/i.test(named)) return 'lines';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64 * 1024), 0);
    const [first = ''] = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\uFEFF/, '')
      .trimStart()
      .split('\n');
    if (first.startsWith('{')) return 'jsonl';
    const columns = first.split(',').map((column) => column.trim().replace(/^"|"$/g, '').toLowerCase());
    return columns.includes('prompt') && first.trim() !== 'prompt' ? 'csv' : 'lines';
  } finally {
    await file.close();
  }
}

/** Reads the rows one after the other, in constant memory. A row that cannot be read has a flaw, and the next follows. */
export async function* readRows(path: string, format: BatchFormat): AsyncGenerator<Row> {
  if (format === 'csv') {
    const { readCsv } = await import('./csv.ts');
    yield* readCsv(path);
    return;
  }
  let line = 0;
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    line += 1;
    const row = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (row.trim() === '') continue;
    number += 1;
    yield { number, line, ...(format === 'jsonl' ? readJson(row) : { fields: { prompt: row } }) };
  }
}

function readJson(text: string): Pick<Row, 'fields' | 'flaw'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fields: {}, flaw: 'it is not JSON' };
  }
  if (typeof value === 'string') return { fields: { prompt: value } };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { fields: {}, flaw: 'it is no JSON object' };
  return readFields(value as Record<string, unknown>);
}
