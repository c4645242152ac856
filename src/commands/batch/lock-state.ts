import { createHash } from 'node:crypto';
import { createReadStream, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Files } from '../../disk/files.ts';
import { isObject, parseJson } from '../../json.ts';
import type { LockLine } from './lock.ts';

/** What is on disk for an output. `edited`: another file than the one that was bought. */
type DiskState = 'locked' | 'missing' | 'edited';

/** Tells what is on disk of what was bought. */
export interface Disk {
  state(line: LockLine): Promise<DiskState>;
  /** The file that was just seen or written holds these bytes. */
  note(output: string, sha256: string): void;
  /** Keeps what was learnt for the next run, where there is a state folder. */
  save(): Promise<void>;
}

export interface DiskOptions {
  files: Files;
  /** Of the lock file. */
  folder: string;
  /** The lock file, which names the memory. */
  path: string;
  /** Where it is remembered which file of which size and time had which hash. */
  state: string | undefined;
  /** Hash each file. */
  strict: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

type Known = [bytes: number, writtenMs: number, sha256: string];

/** A file written this shortly ago may be written again within one tick of the file system's clock. */
const settlingMs = 2000;

/** Files are compared by size and time with what they were when they were last hashed. */
export async function openDisk({ files, folder, path, state, strict, now }: DiskOptions): Promise<Disk> {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  const home = state === undefined ? undefined : join(state, 'locks');
  const memory = home === undefined ? undefined : join(home, `${name}.json`);
  const read = memory === undefined ? undefined : await files.read(memory).catch(() => undefined);
  const parsed = parseJson(read ?? '{}');
  const known = new Map(Object.entries(isObject(parsed) ? parsed : {}).filter(isKnown));
  let changed = false;

  function learn(output: string, { size, mtimeMs }: Stats, sha256: string): void {
    if (now - mtimeMs < settlingMs) return;
    known.set(output, [size, mtimeMs, sha256]);
    changed = true;
  }

  return {
    async state({ output, bytes, sha256 }) {
      const file = join(folder, output);
      const facts = statSync(file, { throwIfNoEntry: false });
      if (!facts?.isFile()) return facts ? 'edited' : 'missing';
      if (facts.size !== bytes) return 'edited';
      const [size, writtenMs, before] = known.get(output) ?? [];
      const isSame = !strict && size === facts.size && writtenMs === facts.mtimeMs;
      const found = isSame ? before : await hashOfFile(file);
      if (!isSame) learn(output, facts, found as string);
      return found === sha256 ? 'locked' : 'edited';
    },
    note(output, sha256) {
      const facts = statSync(join(folder, output), { throwIfNoEntry: false });
      if (facts) learn(output, facts, sha256);
    },
    async save() {
      if (!changed || home === undefined || memory === undefined) return;
      try {
        await files.makeFolder(home);
        await files.replace(memory, JSON.stringify(Object.fromEntries(known)));
      } catch {
        // Then the next run hashes the files again.
      }
    },
  };
}

function isKnown(entry: [string, unknown]): entry is [string, Known] {
  const [, value] = entry;
  return Array.isArray(value) && value.length === 3 && typeof value[2] === 'string';
}

export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
