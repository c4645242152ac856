import { crc32 } from 'node:zlib';
import type { Span } from '../disk/files.ts';
import { beganAt, type Entry } from './entry.ts';
import type { RunContents } from './read-run.ts';

/** A part of a run's file, with what is needed to know whether to read it. */
export interface Part {
  span: Span;
  /** None of its tasks began later: milliseconds since 1970. */
  lastAt: number;
  /** The batches that its tasks are rows of. */
  batches: ReadonlySet<string>;
  /** The ids of its tasks. */
  ids: readonly string[];
}

const tasksInPart = 500;

/** Gathers tasks of one file into parts. */
export function createParts(): { parts: Part[]; add(entry: Entry, span: Span): void } {
  const parts: Part[] = [];
  let last: { span: Span; lastAt: number; batches: Set<string>; ids: string[] } | undefined;
  let tasks = 0;
  return {
    parts,
    add(entry, { from, to }) {
      if (!last || tasks === tasksInPart) {
        last = { span: { from, to }, lastAt: 0, batches: new Set(), ids: [] };
        parts.push(last);
        tasks = 0;
      }
      tasks += 1;
      last.span = { from: Math.min(last.span.from, from), to: Math.max(last.span.to, to) };
      last.lastAt = Math.max(last.lastAt, beganAt(entry));
      if (entry.accepted) last.ids.push(entry.accepted.id);
      if (entry.intended.row) last.batches.add(entry.intended.row.batch);
    },
  };
}

/** Returns the parts of a whole file: those of its unfinished tasks have no end. */
export function allParts({ open, starts }: RunContents, ended: readonly Part[]): Part[] {
  const rest = createParts();
  for (const [key, entry] of open) rest.add(entry, { from: starts.get(key) ?? 0, to: Number.POSITIVE_INFINITY });
  return [...ended, ...rest.parts];
}

/** A part as it stands in the index of finished runs. */
export interface IndexedPart extends Part {
  file: string;
  /** It is the `nth` part of so many that the file has. */
  nth: number;
  of: number;
  /** `open`: the file holds tasks that did not end; `unread`: nobody knows what it holds. */
  state: 'ended' | 'open' | 'unread';
}

/** Words stand between spaces, so that one can be found in the whole index by a search for ` word `. */
export function partLine({ file, nth, of, state, span, lastAt, batches, ids }: IndexedPart): string {
  const fields = [file, nth, of, state, span.from, span.to, lastAt, ` ${[...batches, ...ids].join(' ')} `];
  const text = `${fields.join('\t')}\t${batches.size}`;
  return `${text}\t${sum(text)}\n`;
}

/** Undefined for a line that is torn or damaged. */
export function parsePart(line: string): IndexedPart | undefined {
  const end = line.lastIndexOf('\t');
  if (end < 0 || sum(line.slice(0, end)) !== line.slice(end + 1)) return undefined;
  const [file = '', nth, of, state, from, to, lastAt, words = '', batches] = line.split('\t');
  const all = words.trim().split(' ').filter(Boolean);
  return {
    file,
    nth: Number(nth),
    of: Number(of),
    state: state as IndexedPart['state'],
    span: { from: Number(from), to: Number(to) },
    lastAt: Number(lastAt),
    batches: new Set(all.slice(0, Number(batches))),
    ids: all.slice(Number(batches)),
  };
}

/** Returns the lines of parts in which a word stands, but for damaged ones. */
export function partsWith(index: string | Buffer, ...words: string[]): IndexedPart[] {
  const found = new Map<string, IndexedPart>();
  const textOf = (from: number, to: number): string =>
    typeof index === 'string' ? index.slice(from, to) : index.toString('utf8', from, to);
  for (const word of words) {
    for (let at = index.indexOf(word); at >= 0; ) {
      const end = index.indexOf('\n', at);
      const part = parsePart(textOf(index.lastIndexOf('\n', at) + 1, end < 0 ? index.length : end));
      if (part) found.set(`${part.file} ${part.nth}`, part);
      at = end < 0 ? -1 : index.indexOf(word, end);
    }
  }
  return [...found.values()];
}

export function allIn(index: string): IndexedPart[] {
  return index.split('\n').flatMap((line) => parsePart(line) ?? []);
}

/** Tells damaged text from what was written. */
export function sum(text: string): string {
  return crc32(text).toString(36);
}
