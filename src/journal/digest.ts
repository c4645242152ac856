import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { eventsOf } from './entry.ts';
import { parseRunName } from './names.ts';
import { createParts, type Part, partLine, sum } from './parts.ts';
import { nothingRead, type RunContents, readRun } from './read-run.ts';

/** An unfinished run's file, without the tasks that ended. */
export interface Digest extends RunContents {
  /** Where the tasks that ended are: lines of parts. */
  index: string;
}

/** A file that has grown by so much since its digest was kept is digested again. */
const muchMore = 512 * 1024;

/**
 * Reads the file of an unfinished run. What was found in a large one is kept in `digests/<stamp>`, so that each
 * command reads only what is new: files of the record only grow. Undefined where the file is gone. Throws as `readRun`.
 */
export async function digestOf(files: Files, state: string, path: string): Promise<Digest | undefined> {
  const { bytes = 0 } = (await files.facts(path)) ?? {};
  const place = placeOf(state, path);
  const kept = bytes > muchMore ? await load(files, place, bytes).catch(() => undefined) : undefined;
  const parts = createParts();
  const before = kept?.bytes ?? 0;
  const contents = await readRun(files, path, parts.add, kept ?? nothingRead());
  if (!contents) return undefined;
  const digest = { ...contents, index: (kept?.index ?? '') + linesOf(parts.parts, before) };
  if (contents.bytes - before > muchMore) await save(files, state, place, digest).catch(() => undefined);
  return digest;
}

/** Removes the digest of a run that has another name or place now. */
export function removeDigest(files: Files, state: string, path: string): Promise<void> {
  return files.remove(placeOf(state, path)).catch(() => undefined);
}

function placeOf(state: string, path: string): string {
  return join(state, 'digests', parseRunName(path).stamp);
}

interface Head extends Pick<Digest, 'bytes' | 'strange' | 'continues'> {
  ids: Array<[string, string]>;
  orphans: string[];
  starts: Array<[string, number]>;
}

async function save(files: Files, state: string, place: string, digest: Digest): Promise<void> {
  const { bytes, strange, continues, ids, orphans, starts, open, index } = digest;
  const head = { bytes, strange, continues, ids: [...ids], orphans: [...orphans], starts: [...starts] };
  const events = [...open.values()].flatMap(eventsOf);
  const text = `${[head, ...events].map((each) => `${JSON.stringify(each)}\n`).join('')}\n${index}`;
  await files.makeFolder(join(state, 'digests'));
  await files.write(place, `${sum(text)}\n${text}`);
}

/** Undefined where there is none, or it is damaged, or not of this file. */
async function load(files: Files, place: string, most: number): Promise<Digest | undefined> {
  const all = (await files.read(place)) ?? '';
  const end = all.indexOf('\n');
  const text = all.slice(end + 1);
  if (end < 0 || sum(text) !== all.slice(0, end)) return undefined;
  const middle = text.indexOf('\n\n');
  const [first = '', ...events] = text.slice(0, middle).split('\n');
  const { bytes, strange, continues, ids, orphans, starts } = JSON.parse(first) as Head;
  if (bytes > most) return undefined;
  const contents = await readRun({ lines: () => lines(events) }, place);
  return {
    ...nothingRead(bytes),
    open: contents?.open ?? new Map(),
    starts: new Map(starts),
    ids: new Map(ids),
    orphans: new Set(orphans),
    strange,
    continues,
    index: text.slice(middle + 2),
  };
}

/** @param from tells these lines apart from those of an earlier reading */
function linesOf(parts: readonly Part[], from: number): string {
  return parts.map((part, nth) => partLine({ ...part, file: '', nth: from + nth, of: 0, state: 'ended' })).join('');
}

async function* lines(texts: readonly string[]) {
  for (const text of texts) yield { text, end: 0, whole: true };
}
