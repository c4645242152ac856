import { copyFile, constants as copying } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { makeFolder } from '../../disk/folder.ts';
import { exists } from '../../disk/place.ts';
import { type Disk, hashOfFile } from './disk.ts';
import { type Lock, type LockLine, slotOf } from './lock.ts';
import type { Output, Outputs } from './outputs.ts';

/**
 * Returns what finds the pictures of an output that was given another name: they are bought already, and stand under
 * the new name, or under the old one from which they are copied. `bought` is the line of the first under the old name.
 */
export function createRenames(folder: string, lock: Lock, disk: Disk, outputs: Outputs | undefined) {
  let former: Map<string, LockLine[]> | undefined;

  return async ({ slot, hash }: Output, untracked: readonly string[]) => {
    former ??= formerOutputs(lock, outputs);
    for (const bought of former.get(hash) ?? []) {
      const files = lock
        .find(slotOf(bought), hash)
        .map((line) => ({ ...line, path: join(folder, nameFor(slot, line)) }));
      if (untracked.some((name) => files.every(({ path }) => path !== join(folder, name)))) return undefined;
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
      return { files, bought };
    }
    return undefined;
  };
}

/** Lists the first pictures of outputs that no entry makes any more, by the hash of what was asked for. */
function formerOutputs(lock: Lock, outputs: Outputs | undefined): Map<string, LockLine[]> {
  const found = new Map<string, LockLine[]>();
  for (const line of lock.lines())
    if (line.picture === undefined && !outputs?.has(slotOf(line)))
      found.set(line.request, [...(found.get(line.request) ?? []), line]);
  return found;
}

function nameFor(slot: string, { output, picture }: LockLine): string {
  return `${slot}${picture === undefined ? '' : `-${picture}`}${extname(output)}`;
}

/** Returns the files that have an output's name. */
export async function untrackedAt(folder: string, slot: string): Promise<string[]> {
  const found: string[] = [];
  for (const ending of ['png', 'jpg', 'webp', 'gif', 'avif', 'jpeg'])
    if (await exists(join(folder, `${slot}.${ending}`))) found.push(`${slot}.${ending}`);
  return found;
}
