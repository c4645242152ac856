import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { invalid } from '../../errors.ts';
import type { BatchFormat } from './format.ts';

/** Where the rows are. */
export interface RowFile {
  path: string;
  /** Its name for messages. */
  shown: string;
  format: BatchFormat;
}

/** Reads a file that cannot be read in parts. Throws `validation` for one that is too large. */
export async function readWhole({ path, shown }: Omit<RowFile, 'format'>, most: number, what: string): Promise<string> {
  const { size } = await stat(path);
  if (size > most * 1024 * 1024)
    throw invalid(
      `${shown} is larger than ${most} MB, the most for ${what}`,
      'Write one JSON object a line (JSONL), or CSV: those may be of any size',
    );
  return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
}

/** Throws `validation` for a text that is not valid YAML. */
export async function parseYamlFile(text: string, { shown }: Pick<RowFile, 'shown'>) {
  const { parseYaml } = await import('../../yaml.ts');
  const parsed = parseYaml(text, '1.2');
  if ('fault' in parsed) throw invalid(`${shown} ${parsed.fault}`, 'Correct the YAML, or check it in an editor');
  return parsed;
}

/** The first bytes, in hex, of files that spreadsheets keep for themselves: zip (xlsx, ods, numbers), the older xls. */
const spreadsheet = /^(504b0304|d0cf11e0)/;
const utf16Mark = /^(fffe|feff)/;

/**
 * Tells why a file is not UTF-8 text, read in constant memory; undefined where it is. What Excel and PowerShell 5 write
 * by default is not: read as UTF-8 it would be prompts of rubbish, each of them paid for.
 */
export async function textFault(path: string): Promise<string | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let first: string | undefined;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      first ??= chunk.toString('hex', 0, 4);
      if (spreadsheet.test(first)) return 'is a spreadsheet or an archive, not text';
      if (utf16Mark.test(first)) return 'is UTF-16 text, not UTF-8';
      // UTF-16 of plain letters, without its mark, is UTF-8 all the same.
      if (chunk.includes(0)) return 'is not UTF-8 text';
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return 'is not UTF-8 text';
    throw error;
  }
}
