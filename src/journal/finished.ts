import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { beganAt, type Entry } from './entry.ts';
import { readRun } from './read-run.ts';

/** What the index knows of a file of finished tasks. */
export interface Listed {
  /** Milliseconds since 1970: none of its tasks began later. */
  lastAt: number;
  /** It holds tasks that did not end, or could not be read. */
  open: boolean;
}

/** Entries that are noted together. */
export const entriesAtOnce = 500;

/**
 * The index of the folder of finished runs: which file holds a task or a row of a batch. It is only a cache: the truth
 * is in the files, and where the index is missing, damaged or behind, it is made anew from them.
 */
export interface Finished {
  folder: string;
  /** Notes the tasks of a file that is going to be put into the folder. */
  note(name: string, entries: Iterable<Entry>): Promise<void>;
  /** Moves a file into the folder. Its tasks must have been noted by then. */
  put(from: string, name: string, listed: Listed): Promise<void>;
  /** Returns the names of the files that hold a task. */
  ofTask(id: string): Promise<string[]>;
  ofBatch(batch: string): Promise<string[]>;
  /** Returns all names, the file with the newest task first. */
  newest(): Promise<Array<{ name: string; lastAt: number }>>;
  /** Returns the files with tasks that did not end. */
  unfinished(): Promise<string[]>;
}

/** @param unreadable is told of a file that cannot be read: it counts as unfinished */
export function openFinished(
  files: Files,
  state: string,
  unreadable: (path: string, error: unknown) => void,
): Finished {
  const folder = join(state, 'done');
  const index = join(state, 'index');
  const list = join(index, 'files');
  let synced: Promise<Map<string, Listed>> | undefined;

  async function note(name: string, entries: Iterable<Entry>): Promise<void> {
    const tasks = new Map<string, string>();
    const batches = new Set<string>();
    for (const { accepted, intended } of entries) {
      const id = accepted?.id;
      if (id !== undefined) tasks.set(shardOf(id), `${tasks.get(shardOf(id)) ?? ''}${id}\t${name}\n`);
      if (intended.row) batches.add(intended.row.batch);
    }
    await files.makeFolder(join(index, 'tasks'));
    await files.makeFolder(join(index, 'batches'));
    for (const [shard, lines] of tasks) await files.add(join(index, 'tasks', shard), lines);
    for (const batch of batches) await files.add(join(index, 'batches', batch), `${name}\n`);
  }

  async function enlist(name: string, { lastAt, open }: Listed): Promise<void> {
    await files.makeFolder(index);
    await files.add(list, `${name}\t${lastAt}\t${open ? 'open' : 'ended'}\n`);
  }

  /** Makes sure that every file of the folder is in the index. */
  function sync(): Promise<Map<string, Listed>> {
    synced ??= bringUpToDate().catch((error) => {
      synced = undefined;
      throw error;
    });
    return synced;
  }

  async function bringUpToDate(): Promise<Map<string, Listed>> {
    const known = await readList();
    const before = (await files.facts(folder))?.version ?? 'none';
    if ((await files.read(join(index, 'mark'))) === before) return known;
    for (const name of await files.list(folder)) {
      if (name.endsWith('.jsonl') && !known.has(name)) known.set(name, await addUnknown(name));
    }
    await files.makeFolder(index);
    await files.replace(join(index, 'mark'), before);
    return known;
  }

  async function readList(): Promise<Map<string, Listed>> {
    const known = new Map<string, Listed>();
    const text = (await files.read(list)) ?? '';
    for (const line of text.split('\n')) {
      const [name, lastAt, state] = line.split('\t');
      if (name && state) known.set(name, { lastAt: Number(lastAt) || 0, open: state !== 'ended' });
    }
    return known;
  }

  /** A file of an older version, or one that a crash kept out of the index. */
  async function addUnknown(name: string): Promise<Listed> {
    const listed = { lastAt: Number.parseInt(name, 36) || 0, open: false };
    let some: Entry[] = [];
    const take = async (entry: Entry): Promise<void> => {
      listed.lastAt = Math.max(listed.lastAt, beganAt(entry));
      some.push(entry);
      if (some.length < entriesAtOnce) return;
      await note(name, some);
      some = [];
    };
    try {
      const contents = await readRun(files, join(folder, name), take);
      for (const entry of contents?.open.values() ?? []) await take(entry);
      listed.open = (contents?.open.size ?? 0) > 0;
    } catch (error) {
      unreadable(join(folder, name), error);
      return { ...listed, open: true }; // not written down: it is tried again
    }
    await note(name, some);
    await enlist(name, listed);
    return listed;
  }

  async function linesOf(path: string): Promise<string[]> {
    return ((await files.read(path)) ?? '').split('\n').filter(Boolean);
  }

  return {
    folder,
    note,
    async put(from, name, listed) {
      await enlist(name, listed); // first: a file in the folder is always in the index
      await files.makeFolder(folder);
      await files.rename(from, join(folder, name));
    },
    async ofTask(id) {
      await sync();
      const lines = await linesOf(join(index, 'tasks', shardOf(id)));
      return lines
        .flatMap((line) => (line.startsWith(`${id}\t`) ? [line.slice(id.length + 1)] : []))
        .reverse();
    },
    async ofBatch(batch) {
      await sync();
      return [...new Set(await linesOf(join(index, 'batches', batch)))];
    },
    async newest() {
      const all = [...(await sync())].map(([name, { lastAt }]) => ({ name, lastAt }));
      return all.sort((a, b) => b.lastAt - a.lastAt);
    },
    async unfinished() {
      return [...(await sync())].flatMap(([name, { open }]) => (open ? [name] : []));
    },
  };
}

/** One of 256 parts of the index of tasks. */
function shardOf(id: string): string {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) & 0xff;
  return hash.toString(16).padStart(2, '0');
}
