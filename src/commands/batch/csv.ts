import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { quoted } from '../../request/parse-fields.ts';
import type { Table } from './format.ts';
import { columnProblem, fieldNamed, type OtherColumns, type Row, readFields, wordNamed, wrong } from './row.ts';

/** What an unclosed quote swallows is no longer than this. */
const longestRecord = 1024 * 1024;

/** Reads the rows of a CSV or TSV file (RFC 4180). What breaks the table itself ends it with a row that says so. */
export async function* readCsv(path: string, table: Table, others: OtherColumns): AsyncGenerator<Row> {
  const { delimiter, headLine } = table;
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
  let line = headLine;
  try {
    for await (const { record, info } of records) {
      const place = `line ${line}`;
      line = info.lines + 1;
      if (record.every((cell) => cell === '')) continue;
      if (heads) yield readRecord(place, record, heads, others);
      else {
        heads = record;
        const problems = headProblems(heads, others);
        if (problems.length > 0) return yield wrong(place, ...problems);
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield wrong(`line ${line}`, reasons[error.code] ?? error.message);
  }
}

const notClosed = 'a quote is not closed; the rows from here on cannot be read';
const reasons: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: notClosed,
  CSV_MAX_RECORD_SIZE: notClosed,
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE:
    'text follows a closing quote (double a quote that is part of a cell); the rows from here on cannot be read',
};

function headProblems(record: readonly string[], others: OtherColumns): string[] {
  const heads = record.filter((head) => head !== '');
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const head of heads) {
    const problem = columnProblem(head, others);
    if (problem) problems.push(problem);
    const meaning = fieldNamed(head) ?? wordNamed(head);
    const before = seen.get(meaning);
    if (before === head) problems.push(`two columns are named ${quoted(head)}`);
    else if (before !== undefined)
      problems.push(`the columns ${quoted(before)} and ${quoted(head)} are the same field`);
    seen.set(meaning, head);
  }
  const words = new Set([...seen.values()].map(wordNamed));
  const shown = heads.slice(0, 10).map((head) => quoted(head));
  const all = `the columns are ${shown.join(', ')}${heads.length > 10 ? ' …' : ''}`;
  for (const variable of others.variables)
    if (!words.has(variable)) problems.push(`no column is named ${quoted(variable)}, which --prompt needs; ${all}`);
  if (others.variables.size === 0 && !seen.has('prompt')) problems.push(`no column is named prompt; ${all}`);
  return problems;
}

/** Empty columns are nothing; a value without a column is one that somebody meant. */
function readRecord(place: string, record: readonly string[], heads: readonly string[], others: OtherColumns): Row {
  const surplus = record.find((cell, index) => cell !== '' && !heads[index]);
  const cells = heads.flatMap((head, index) => (head === '' ? [] : [[head, record[index] ?? ''] as const]));
  const read = readFields(place, cells, others);
  if (surplus === undefined) return read;
  const problem = `the cell ${quoted(surplus)} has no column head; put quotes around a cell that holds the separator`;
  return { ...read, problems: [...read.problems, problem] };
}
