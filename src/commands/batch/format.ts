import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { readPart } from '../../disk/read-part.ts';
import { type Failure, invalid } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import { fieldNamed, wordNamed } from './row.ts';

/** Where the rows are. */
export interface RowFile {
  path: string;
  /** Its name for messages. */
  shown: string;
  format: Table | { kind: 'lines' | 'jsonl' | 'json' | 'yaml' | 'manifest' };
}

export interface Table {
  kind: 'table';
  delimiter: string;
  /** The line of the column heads, from 1. */
  headLine: number;
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

const headBytes = 64 * 1024;

/**
 * Recognises the format of a batch file by the ending of its name, or else by the beginning of its text. Throws
 * `validation` for what looks structured and cannot be read: its lines must not be bought as prompts.
 * @param variables of --prompt, which name columns too
 */
export async function formatOf(
  path: string,
  { named, shown, variables }: { named: string; shown: string; variables: ReadonlySet<string> },
): Promise<RowFile['format']> {
  const head = (await readPart(path, 0, headBytes)).toString('utf8').replace(/^\uFEFF/, '');
  if (head.includes('\r') && !head.includes('\n')) throw unreadable(shown, 'has lines that end with CR alone');
  const ending = extname(named).toLowerCase();
  if (/^\.ya?ml$/.test(ending)) return yamlIn(head);
  if (/^\.(json|jsonl|ndjson)$/.test(ending)) return jsonIn(head, ending !== '.json');
  if (/^\.(csv|tsv|tab)$/.test(ending)) return tableIn(head, variables, 'surely') ?? { kind: 'lines' };
  if (looksLikeJson.test(head)) return jsonIn(head, false);
  if (looksLikeYaml(head)) return yamlIn(head);
  if (looksLikeMarkup.test(head)) throw unreadable(shown, 'looks like a table or page in markup');
  const [heads = ''] = linesIn(head);
  if (heads.includes('|') && cellsOf(heads, '|').some((cell) => fieldNamed(cell) === 'prompt'))
    throw unreadable(shown, 'has | between its columns');
  const isText = /^\.(txt|text|md)$/.test(ending);
  return tableIn(head, variables, isText ? 'hardly' : 'maybe') ?? { kind: 'lines' };
}

function unreadable(shown: string, what: string): Failure {
  return invalid(`${shown} ${what}`, 'Save it as CSV (in Excel: CSV UTF-8), JSON, YAML or one prompt a line');
}

/** Returns the lines that hold anything. */
function linesIn(head: string): string[] {
  return head.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** A brace or bracket that begins a prompt is followed by a word. */
const looksLikeJson = /^\s*[{[]\s*("|\{|\r?\n|$|[\]}]\s*$)/;
const looksLikeMarkup = /^\s*(<\?xml|<!doctype|<html|\|.*\|[ \t]*(\r?\n|$))/i;

/** Tells an array from one object a line. An object over several lines is neither, and refused when it is read. */
function jsonIn(head: string, isLines: boolean): { kind: 'json' | 'jsonl' } {
  const text = head.trimStart();
  const [first = ''] = text.split('\n');
  return { kind: !text.startsWith('[') && (isLines || parseJson(first) !== undefined) ? 'jsonl' : 'json' };
}

/** Tells a manifest, which is a map, from a list. */
function yamlIn(head: string): { kind: 'manifest' | 'yaml' } {
  const first = linesIn(head).find((line) => !/^(\s*#.*|%.*|---\s*)$/.test(line)) ?? '';
  return { kind: /^(\{|[\w-]+\s*:(\s|$))/.test(first) ? 'manifest' : 'yaml' };
}

/** Recognises a list of fields or of prompts, and a map whose first value is a list. */
function looksLikeYaml(head: string): boolean {
  const lines = linesIn(head).filter((line) => !line.startsWith('#'));
  const [first = '', second = ''] = lines;
  if (/^(---\s*$|(pictures|defaults)\s*:)/.test(first)) return true;
  const [, key] = /^(?:-\s+)?([\w-]+):(?:\s|$)/.exec(first) ?? [];
  if (key !== undefined && fieldNamed(key) !== undefined) return true;
  if (/^[\w-]+:\s*$/.test(first) && /^\s*-\s/.test(second)) return true;
  return /^-\s/.test(first) && lines.every((line) => /^(-(\s|$)|\s)/.test(line));
}

/** A character that no text has: in a table of one column each line is one cell, whatever commas it holds. */
const noDelimiter = '\u001f';

/**
 * Finds the separator and the header row of a table. Without an ending that says so, a file is one where a column is
 * named prompt; in a file of plain text all columns must be known, or stand between tabs.
 */
function tableIn(head: string, variables: ReadonlySet<string>, likely: 'surely' | 'maybe' | 'hardly') {
  const lines = head.split(/\r?\n/);
  const [, separator] = /^"?sep=(.)"?\s*$/i.exec(lines[0] ?? '') ?? []; // a line of Excel's own
  const headIndex = lines.findIndex((line, index) => line.trim() !== '' && !(index === 0 && separator));
  const isKnown = (cell: string): boolean => fieldNamed(cell) !== undefined || variables.has(wordNamed(cell));
  const [best] = (separator ? [separator] : [',', ';', '\t'])
    .map((delimiter) => ({ delimiter, cells: cellsOf(lines[headIndex] ?? '', delimiter) }))
    .sort((a, b) => b.cells.filter(isKnown).length - a.cells.filter(isKnown).length || b.cells.length - a.cells.length);
  if (headIndex < 0 || !best) return likely === 'surely' ? table(',', 1) : undefined;
  const { cells } = best;
  const delimiter = cells.length > 1 || separator ? best.delimiter : noDelimiter;
  const found = table(delimiter, headIndex + 1);
  if (likely === 'surely' || separator) return found;
  const hasPrompt = cells.some((cell) => fieldNamed(cell) === 'prompt' || variables.has(wordNamed(cell)));
  const isTable = likely === 'maybe' || delimiter === '\t' || cells.every((cell) => cell === '' || isKnown(cell));
  return hasPrompt && isTable ? found : undefined;
}

function table(delimiter: string, headLine: number): Table {
  return { kind: 'table', delimiter, headLine };
}

function cellsOf(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"|"$/g, ''));
}
