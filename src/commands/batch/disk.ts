import { createHash, hash } from 'node:crypto';
import { createReadStream, type Stats, statSync } from 'node:fs';
import { copyFile, constants as copying } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../context.ts';
import { nodeFiles } from '../../disk/files.ts';
import { makeFolder } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { pictureExtensions } from '../../image/file-name.ts';
import { isObject } from '../../json.ts';
import type { Lock, LockLine } from './lock.ts';
import type { Output } from './outputs.ts';

/** Tells what is on disk of what was bought. */
export type Disk = Awaited<ReturnType<typeof openDisk>>;

/** A file written this shortly ago may be written again within one tick of the file system's clock. */
const settlingMs = 2000;

/**
 * Files are compared by size and time with what they were when they were last hashed; that is remembered in the state
 * folder under the name of the lock file.
 * @param strict hash each file
 */
export async function openDisk({ world, state }: Context, path: string, strict = false) {
  const folder = dirname(path);
  const now = world.clock.now();
  const memory = state && join(state, 'locks', `${hash('sha256', path).slice(0, 16)}.json`);
  const known = await readMemory(memory);
  let hasChanged = false;

  function learn(output: string, { size, mtimeMs }: Stats, sha256: string): void {
    if (now - mtimeMs < settlingMs) return;
    known.set(output, [size, mtimeMs, sha256]);
    hasChanged = true;
  }

  return {
    folder,
    /** Compares a picture with what was bought; `edited` is another file. */
    async state({ output, bytes, sha256 }: LockLine): Promise<'locked' | 'missing' | 'edited'> {
      const file = `${folder}/${output}`;
      const facts = statSync(file, { throwIfNoEntry: false });
      if (!facts) return 'missing';
      if (!facts.isFile() || facts.size !== bytes) return 'edited';
      const before = known.get(output);
      const isSame = !strict && Array.isArray(before) && before[0] === facts.size && before[1] === facts.mtimeMs;
      const found = isSame ? before[2] : await readHash(file);
      if (!isSame) learn(output, facts, found);
      return found === sha256 ? 'locked' : 'edited';
    },
    /** The file that was just seen or written holds these bytes. */
    note(output: string, sha256: string): void {
      const facts = statSync(join(folder, output), { throwIfNoEntry: false });
      if (facts) learn(output, facts, sha256);
    },
    /** Keeps what was learnt for the next run, where there is a state folder. */
    async save(): Promise<void> {
      if (!hasChanged || memory === undefined) return;
      try {
        await nodeFiles.makeFolder(dirname(memory));
        await nodeFiles.replace(memory, JSON.stringify(Object.fromEntries(known)));
      } catch {
        // Then the next run hashes the files again.
      }
    },
  };
}

/** By the path of a file: its size, when it was written, and its hash. One that cannot be read is hashed again. */
async function readMemory(path: string | undefined): Promise<Map<string, unknown>> {
  try {
    const read: unknown = JSON.parse((path && (await nodeFiles.read(path))) || '{}');
    return new Map(Object.entries(isObject(read) ? read : {}));
  } catch {
    return new Map();
  }
}

async function readHash(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}

/** Undefined for a file that cannot be read. */
export function hashOfFile(path: string): Promise<string | undefined> {
  return readHash(path).catch(() => undefined);
}

/** Returns the files in a folder that have an output's name. */
export async function filesNamed(folder: string, slot: string): Promise<string[]> {
  const found: string[] = [];
  for (const ending of [...pictureExtensions, 'jpeg'])
    if (await exists(join(folder, `${slot}.${ending}`))) found.push(`${slot}.${ending}`);
  return found;
}

/**
 * Finds pictures that were bought under another name: they stand under the new name, or under the old one from which
 * they are copied. Undefined where they do not, or another file has the name.
 */
export async function findRenamed(disk: Disk, lock: Lock, { slot, hash }: Output, formerSlot: string) {
  const { folder } = disk;
  const files = lock.find(formerSlot, hash).map((line) => {
    const name = `${slot}${line.picture === undefined ? '' : `-${line.picture}`}${extname(line.output)}`;
    return { ...line, path: join(folder, name) };
  });
  for (const name of await filesNamed(folder, slot))
    if (files.every(({ path }) => path !== join(folder, name))) return undefined;
  const copies: typeof files = [];
  for (const file of files) {
    const there = await hashOfFile(file.path);
    if (there === file.sha256) continue;
    if (there !== undefined || (await disk.state(file)) !== 'locked') return undefined;
    copies.push(file);
  }
  for (const { output, path } of copies) {
    await makeFolder(dirname(path));
    await copyFile(join(folder, output), path, copying.COPYFILE_EXCL);
  }
  return files;
}
