import { dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import { nodeFiles } from '../../disk/files.ts';
import { openLock } from './lock.ts';
import { lockPath } from './outputs.ts';
import type { BatchSource } from './source.ts';

/** Joins the lock files of all shards into one, and removes them. Returns the exit code. */
export async function mergeLocks(context: Context, source: BatchSource): Promise<number> {
  const whole = lockPath(source.path);
  const folder = dirname(whole);
  const stem = whole.slice(folder.length + 1, -'.jsonl'.length);
  const isPart = (name: string): boolean =>
    name.startsWith(`${stem}.`) && /^\.\d+-of-\d+\.jsonl$/.test(name.slice(stem.length));
  const parts = (await nodeFiles.list(folder)).filter(isPart).sort();
  const lock = await openLock(nodeFiles, whole);
  let lines = 0;
  for (const part of parts) {
    for (const line of (await openLock(nodeFiles, join(folder, part))).lines()) {
      lines += 1;
      await lock.set(line);
    }
  }
  await lock.save();
  for (const part of parts) await nodeFiles.remove(join(folder, part));
  context.reporter.note(
    `Joined ${lines} lines of ${parts.length} lock files into ${source.shown.replace(/[^/\\]*$/, '')}${stem}.jsonl`,
  );
  return 0;
}
