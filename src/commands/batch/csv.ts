import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { quoted } from '../../request/parse-fields.ts';
import {
  columnProblem,
  fieldNamed,
  type OtherColumns,
  type Row,
  type RowContent,
  readFields,
  wordNamed,
  wrong,
} from './row.ts';

export interface Table {
  delimiter: string;
  /** The line of the column heads, from 1. */
  headLine: number;
}

/** What an unclosed quote swallows is no longer than this. */
const longestRecord = 1024 * 1024;

/** Reads the rows of a CSV or TSV file (RFC 4180). What breaks the table itself ends it with a row that says so. */
export async function* readCsv(
  path: string,
  { delimiter, headLine }: Table,
  others: OtherColumns,
): AsyncGenerator<Row> {
  const records = createReadStream(path).pipe(
    parse({
      delimiter,
      from_line: headLine,
      bom: true,
      info: true,
      trim: true,
      relax_column_count: true,
      relax_quotes: true,
      record_delimiter: ['\r\n', '\n'],
      max_record_size: longestRecord,
    }),
  ) as AsyncIterable<{ record: string[]; info: { lines: number } }>;
  let heads: string[] | undefined;
  let number = 0;
  let line = headLine;
  try {
    for await (const { record, info } of records) {
      const place = `line ${line}`;
      line = info.lines + 1;
      if (record.every((cell) => cell === '')) continue;
      if (!heads) {
        heads = record;
        const problems = headProblems(heads, others);
        if (problems.length === 0) continue;
        yield { number, place, ...wrong(...problems) };
        return;
      }
      number += 1;
      yield { number, place, ...readRecord(record, heads, others) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield { number: number + 1, place: `line ${line}`, ...wrong(reasons[error.code] ?? error.message) };
  }
}

const notClosed = 'a quote is not closed; the rows from here on cannot be read';
const reasons: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: notClosed,
  CSV_MAX_RECORD_SIZE: notClosed,
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE:
    'text follows a closing quote (double a quote that is part of a cell); the rows from here on cannot be read',
};

function headProblems(heads: readonly string[], others: OtherColumns): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const head of heads) {
    if (head === '') continue;
    const problem = columnProblem(head, others);
    if (problem) problems.push(problem);
    const meaning = fieldNamed(head) ?? wordNamed(head);
    const before = seen.get(meaning);
    if (before !== undefined)
      problems.push(
        before === head
          ? `two columns are named ${quoted(head)}`
          : `the columns ${quoted(before)} and ${quoted(head)} are the same field`,
      );
    seen.set(meaning, head);
  }
  return [...problems, ...missingHeads(seen, heads, others)];
}

function missingHeads(
  seen: ReadonlyMap<string, string>,
  heads: readonly string[],
  { variables }: OtherColumns,
): string[] {
  const named = new Set([...seen.values()].map(wordNamed));
  const shown = heads.filter((head) => head !== '').map((head) => quoted(head));
  const all = `the columns are ${shown.slice(0, 10).join(', ')}${shown.length > 10 ? ' …' : ''}`;
  const missing = [...variables].filter((variable) => !named.has(variable));
  if (missing.length > 0)
    return missing.map((variable) => `no column is named ${quoted(variable)}, which --prompt needs; ${all}`);
  if (seen.has('prompt') || variables.size > 0) return [];
  return [`no column is named prompt; ${all}`];
}

/** Empty columns are nothing; a value without a column is one that somebody meant. */
function readRecord(record: readonly string[], heads: readonly string[], others: OtherColumns): RowContent {
  const surplus = record.filter((cell, index) => cell !== '' && (heads[index] ?? '') === '');
  const cells = heads.flatMap((head, index) => (head === '' ? [] : [[head, record[index] ?? ''] as const]));
  const read = readFields(cells, others);
  if (surplus.length === 0) return read;
  const problem = `the cell ${quoted(surplus[0])} has no column head; put quotes around a cell that holds the separator`;
  return { ...read, problems: [...read.problems, problem] };
}
