import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import type { Entry } from './entry.ts';
import { endOf, isTrue, type Mark, markIn, markLine, markRoom, start, unfinishedWords } from './index-mark.ts';
import { isRunFile } from './names.ts';
import { allIn, allParts, createParts, type IndexedPart, type Part, parsePart, partLine, partsWith } from './parts.ts';
import { nothingRead, readRun } from './read-run.ts';

/** The folder of finished runs, which an index keeps from being read whole. */
export interface Finished {
  folder: string;
  /** Moves a file into the folder; its parts are found out where they are not given. Throws where it stays. */
  put(from: string, file: string, parts?: readonly Part[]): Promise<void>;
  /** Returns the parts that hold a task. */
  ofTask(id: string): Promise<IndexedPart[]>;
  /** Returns the paths of the files that hold rows of a batch. */
  ofBatch(batch: string): Promise<string[]>;
  /** Returns the paths of files with tasks that did not end, or of which nobody knows what they hold. */
  unfinished(): Promise<string[]>;
  /** Returns all parts, that with the newest task first. */
  newest(): Promise<IndexedPart[]>;
  /** Reads a part: `take` gets each task that lies in it as a whole. Throws as `readRun`. */
  readPart(part: IndexedPart, take: (entry: Entry) => unknown): Promise<void>;
  /** Forgets the lines of files that are gone. */
  tidy(): Promise<void>;
}

/** The finished tasks found in a file. */
interface Read {
  parts: readonly Part[];
  /** It holds tasks that did not end. */
  open: boolean;
}

/** So much of the index is written at once while it is made. */
const muchText = 1024 * 1024;

/**
 * The index is one file, `done.index`, that only grows. It is only a cache: each line has a checksum, and a mark at its
 * end tells that it held all files of the folder then. Where the mark is missing, or the folder or the text has changed
 * since, each file without a whole set of lines is read again. A command that adds to it, or asks what is unfinished
 * where nothing is, reads the mark alone.
 *
 * @param many is told how many files are about to be read, where that takes a while
 */
export function openFinished(files: Files, state: string, many: (count: number) => void): Finished {
  const folder = join(state, 'done');
  const index = join(state, 'done.index');
  let known: { bytes: Buffer; versions: string } | undefined;

  async function versionOf(path: string): Promise<string> {
    return (await files.facts(path))?.version ?? 'none';
  }

  const readIndex = async (from = 0): Promise<Buffer> =>
    (await files.bytes(index, from).catch(() => undefined)) ?? Buffer.alloc(0);

  /** Reads the mark at the end of the index; undefined where there is none, or the folder has changed since. */
  async function lastMark(): Promise<Mark | undefined> {
    const version = await versionOf(folder);
    const bytes = (await files.facts(index).catch(() => undefined))?.bytes ?? 0;
    if (bytes === 0) return version === 'none' ? start : undefined;
    const mark = markIn(String(await readIndex(Math.max(0, bytes - markRoom))));
    return mark?.version === version && endOf(mark) === bytes ? mark : undefined;
  }

  /** Returns the whole index, made anew where it is wrong. */
  async function load(): Promise<Buffer> {
    const folderVersion = await versionOf(folder);
    const versions = `${folderVersion} ${await versionOf(index)}`;
    if (known?.versions === versions) return known.bytes;
    let bytes = await readIndex();
    if (!isComplete(bytes, folderVersion)) {
      bytes = Buffer.from(await bringUpToDate(await textOf(bytes), folderVersion));
    }
    known = { bytes, versions: `${folderVersion} ${await versionOf(index)}` };
    return bytes;
  }

  /** Bytes that are not text would make every later mark untrue: the lines that hold them are removed. */
  async function textOf(read: Buffer): Promise<string> {
    if (isUtf8(read)) return String(read);
    const intact = String(read)
      .split('\n')
      .filter((line) => !line.includes('\ufffd'));
    await files.replace(index, intact.join('\n')).catch(() => undefined);
    return intact.join('\n');
  }

  async function bringUpToDate(before: string, folderVersion: string): Promise<string> {
    const there = (await files.list(folder)).filter(isRunFile);
    const indexed = wholeIn(before);
    const missing = there.filter((file) => !indexed.has(file));
    if (missing.length > 0) many(missing.length);
    let text = before;
    let fresh = '';
    for (const file of missing) {
      fresh += linesOf(file, await partsOf(join(folder, file)).catch(() => 'unread' as const));
      if (fresh.length > muchText) await write();
    }
    await write();
    await files.add(index, markLine(start, text, folderVersion)).catch(() => undefined);
    return text;

    /** Where the index cannot be written, it is in memory only. */
    async function write(): Promise<void> {
      text += `\n${fresh}`;
      const lines = `\n${fresh}`;
      fresh = '';
      await files.makeFolder(state).catch(() => undefined);
      await files.add(index, lines).catch(() => undefined);
    }
  }

  async function partsOf(path: string): Promise<Read> {
    const ended = createParts();
    const contents = await readRun(files, path, ended.add);
    if (!contents) return { parts: [], open: false };
    return { parts: allParts(contents, ended.parts), open: contents.open.size > 0 || contents.ids.size > 0 };
  }

  function linesOf(file: string, read: Read | 'unread'): string {
    if (read === 'unread') return partLine({ ...anything, file, nth: 0, of: 1, state: 'unread' });
    const parts = read.parts.length > 0 ? read.parts : [nothing];
    const state = read.open ? 'open' : 'ended';
    return parts.map((part, nth) => partLine({ ...part, file, nth, of: parts.length, state })).join('');
  }

  /** Returns the parts in which a word stands, and those that could not be read. */
  async function partsThatMayHold(word: string): Promise<IndexedPart[]> {
    const bytes = await load();
    const isAllRead = markIn(String(bytes.subarray(-markRoom)))?.unfinished === 0;
    return partsWith(bytes, ` ${word} `, ...(isAllRead ? [] : ['\tunread\t']));
  }

  async function pathsWith(...words: string[]): Promise<string[]> {
    return [...new Set(partsWith(await load(), ...words).map(({ file }) => join(folder, file)))];
  }

  return {
    folder,

    async put(from, file, parts) {
      const read = parts ? { parts, open: false } : await partsOf(from).catch(() => 'unread' as const);
      const lines = `\n${linesOf(file, read)}`;
      const mark = await lastMark();
      await files.makeFolder(folder);
      await files.add(index, lines).catch(async (error) => {
        // The run stays where it is: in the folder, the next mark of another process would hide it.
        if ((await files.facts(index).catch(() => undefined))?.bytes) throw error;
      });
      await files.rename(from, join(folder, file));
      if (!mark) return;
      const after = await versionOf(folder); // before the text is read: what came in since is in it
      const added = String(await readIndex(endOf(mark)));
      if (added.includes(lines)) await files.add(index, markLine(mark, added, after)).catch(() => undefined);
    },

    async ofTask(id) {
      const lines = await partsThatMayHold(id);
      return lines.filter(({ ids, state }) => ids.includes(id) || state === 'unread').reverse();
    },
    async ofBatch(batch) {
      const lines = await partsThatMayHold(batch);
      const meant = lines.filter(({ batches, state }) => batches.has(batch) || state === 'unread');
      return [...new Set(meant.map(({ file }) => join(folder, file)))];
    },
    unfinished: async () => ((await lastMark())?.unfinished === 0 ? [] : await pathsWith(...unfinishedWords)),
    async newest() {
      const parts = new Map<string, IndexedPart>();
      for (const part of allIn(String(await load()))) parts.set(`${part.file} ${part.nth}`, part);
      return [...parts.values()].sort((a, b) => b.lastAt - a.lastAt);
    },

    async readPart({ file, span: { from, to } }, take) {
      if (to === 0) return;
      const path = join(folder, file);
      let contents = await readRun(files, path, take, nothingRead(from), to);
      // Lines that cannot be read: it may not be the file that was indexed.
      if (from > 0 && (contents?.strange ?? 0) > 0) contents = await readRun(files, path, take);
      if (to === Number.POSITIVE_INFINITY) for (const entry of contents?.open.values() ?? []) take(entry);
    },

    async tidy() {
      const there = new Set(await files.list(folder));
      const kept = String(await load())
        .split('\n')
        .filter((line) => there.has(parsePart(line)?.file ?? ''));
      await files.replace(index, `${kept.join('\n')}\n`);
    },
  };
}

const nothing: Part = { span: { from: 0, to: 0 }, lastAt: 0, batches: new Set(), ids: [] };
/** Of a file that cannot be read. */
const anything: Part = {
  ...nothing,
  span: { from: 0, to: Number.POSITIVE_INFINITY },
  lastAt: Number.POSITIVE_INFINITY,
};

/** The files of which every part has an intact line. */
function wholeIn(text: string): Set<string> {
  const seen = new Map<string, Set<number>>();
  const whole = new Set<string>();
  for (const part of allIn(text)) {
    if (part.state === 'unread') continue;
    const parts = seen.get(part.file) ?? new Set();
    seen.set(part.file, parts.add(part.nth));
    if (parts.size === part.of) whole.add(part.file);
  }
  return whole;
}

function isComplete(index: Buffer, folderVersion: string): boolean {
  if (folderVersion === 'none') return true;
  const mark = markIn(String(index.subarray(-markRoom)));
  return mark?.version === folderVersion && isTrue(mark, index);
}
