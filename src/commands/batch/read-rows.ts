import { createReadStream } from 'node:fs';
import { linesOf } from '../../disk/lines.ts';
import { parseJson } from '../../json.ts';
import type { BatchFormat } from './format.ts';
import { readItem, readList } from './lists.ts';
import type { OtherColumns, Row } from './row.ts';

/** Where the rows are. */
export interface RowFile {
  path: string;
  /** Its name for messages. */
  shown: string;
  format: BatchFormat;
}

/**
 * Reads the rows one after the other, in constant memory but for lists. A row that cannot be read says so, and the
 * next follows.
 */
export async function* readRows(file: RowFile, others: OtherColumns): AsyncGenerator<Row> {
  const { path, shown, format } = file;
  if (format.kind === 'table') {
    const { readCsv } = await import('./csv.ts');
    yield* readCsv(path, format, others);
  } else if (format.kind === 'manifest') {
    const { readManifest } = await import('./manifest.ts');
    yield* readManifest(file);
  } else if (format.kind === 'json' || format.kind === 'yaml') yield* readList(path, format.kind, shown, others);
  else yield* readLines(path, format.kind, others);
}

async function* readLines(path: string, kind: 'lines' | 'jsonl', others: OtherColumns): AsyncGenerator<Row> {
  let line = 0;
  let number = 0;
  for await (const typed of linesOf(createReadStream(path) as AsyncIterable<Buffer>)) {
    line += 1;
    const text = (line === 1 ? typed.text.replace(/^\uFEFF/, '') : typed.text).trim();
    if (text === '') continue;
    const row = kind === 'lines' ? readItem(text, others) : readJson(text, others);
    if (!row) continue;
    number += 1;
    yield { number, place: `line ${line}`, ...row };
  }
}

function readJson(text: string, others: OtherColumns): ReturnType<typeof readItem> {
  const value = parseJson(text);
  if (value !== undefined) return readItem(value, others);
  return { fields: {}, names: {}, words: new Map(), problems: ['not valid JSON'] };
}
