import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { readFields } from './fields.ts';
import type { Row } from './row.ts';

interface Parsed {
  record: Record<string, string>;
  info: { lines: number };
}

/** The rows of a CSV file with a head line (RFC 4180). What breaks the file itself ends it with a row that says so. */
export async function* readCsv(path: string): AsyncGenerator<Row> {
  const parser = createReadStream(path).pipe(
    parse({
      columns: true,
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }),
  );
  let number = 0;
  let line = 2;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      number += 1;
      yield { number, line, ...readFields(record) };
      line = info.lines + 1;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield {
      number: number + 1,
      line: Number(error.lines ?? line),
      fields: {},
      flaw: `it is not CSV: ${error.message}`,
    };
  }
}
