import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import { nodeFiles } from '../../disk/files.ts';
import { exists } from '../../disk/place.ts';
import { someFailed } from '../../errors.ts';
import { checkRows } from './check-rows.ts';
import type { LockLine } from './lock.ts';
import { openLock } from './lock.ts';
import { openDisk } from './lock-state.ts';
import { mergeLocks } from './merge-locks.ts';
import { lockPath, slotOfFile } from './outputs.ts';
import { pinnedPlan } from './pinned.ts';
import { type BatchFlags, type BatchPlan, type BatchTask, readBatchPlan, readTasks } from './plan.ts';
import { type BatchSource, openBatch } from './source.ts';

type Finding = { state: 'stale' | 'missing' | 'edited' | 'unused'; output: string; reason: string };

/**
 * Compares the file, its lock and what is on disk, or joins the lock files of shards. Sends nothing and needs no key.
 * Returns the exit code.
 */
export async function checkBatch(context: Context, file: string, flags: BatchFlags): Promise<number> {
  const typed = readBatchPlan(context, flags);
  const source = await openBatch(context, file, typed);
  try {
    const plan = pinnedPlan(context, source, typed, flags);
    return flags.mergeLocks ? await mergeLocks(context, source) : await check(context, source, plan, flags);
  } finally {
    await source.remove();
  }
}

async function check(
  context: Context,
  source: BatchSource,
  plan: BatchPlan,
  flags: BatchFlags,
): Promise<number> {
  const { reporter, world, state } = context;
  const now = world.clock.now();
  const total = await checkRows(context, source, plan, flags);
  const path = lockPath(source.path);
  const lock = await openLock(nodeFiles, path);
  const folder = dirname(path);
  const disk = await openDisk({ files: nodeFiles, folder, path, state, strict: flags.strict === true, now });
  let found = 0;
  for await (const task of readTasks(source, plan)) await tell(await findingOf(task));
  for (const line of lock.lines()) await tell(await unusedOf(line));
  await disk.save();
  if (found === 0) reporter.note(`Check: ${total} ${total === 1 ? 'picture is' : 'pictures are'} as locked`);
  else reporter.next(context.command(`batch ${source.shown} --lock`), 'Make what is stale or missing');
  return found === 0 ? 0 : someFailed;

  async function tell(finding: Finding | undefined): Promise<void> {
    if (!finding) return;
    found += 1;
    await reporter.data(finding, `${finding.state.padEnd(8)}${finding.output}  ${finding.reason}`);
  }

  async function findingOf({ output: wanted }: BatchTask): Promise<Finding | undefined> {
    if (!wanted) return undefined;
    const { slot, hash } = wanted;
    const line = lock.find(slot, hash);
    if (!line) return { state: 'missing', output: slot, reason: 'it is not in the lock' };
    const { output } = line;
    const onDisk = await disk.state(line);
    if (onDisk === 'edited') return { state: 'edited', output, reason: 'it is not the file that was bought' };
    if (line.request !== hash) return { state: 'stale', output, reason: 'what is asked for has changed' };
    return onDisk === 'missing' ? { state: 'missing', output, reason: 'the file is gone' } : undefined;
  }

  async function unusedOf(line: LockLine): Promise<Finding | undefined> {
    const { output } = line;
    if (plan.outputs?.has(slotOfFile(output)) || !(await exists(`${folder}/${output}`))) return undefined;
    return {
      state: 'unused',
      output,
      reason: 'no entry makes it any more: delete the file, or add an entry',
    };
  }
}
