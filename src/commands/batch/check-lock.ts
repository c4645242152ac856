import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import { nodeFiles } from '../../disk/files.ts';
import { exists } from '../../disk/place.ts';
import { someFailed } from '../../errors.ts';
import { shellWord } from '../../report/shell-command.ts';
import { checkRows, flawsFailure, warnOfFlaws } from './check.ts';
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

async function check(context: Context, source: BatchSource, plan: BatchPlan, flags: BatchFlags): Promise<number> {
  const { reporter, world, state } = context;
  const now = world.clock.now();
  const path = lockPath(source.path);
  const lock = await openLock(nodeFiles, path);
  const folder = dirname(path);
  const disk = await openDisk({ files: nodeFiles, folder, path, state, strict: flags.strict === true, now });
  const findings: Finding[] = [];
  let total = 0;
  let problems = 0;
  for await (const task of readTasks(source, plan, () => void problems++)) {
    total += 1;
    findings.push(...(await findingsOf(task)));
  }
  if (problems > 0 || total === 0) {
    const checked = await checkRows(context, source, flags, plan);
    if (!flags.skipInvalid) throw flawsFailure(checked, source.shown);
    warnOfFlaws(context, checked);
  }
  for (const line of lock.lines()) findings.push(...(await unusedOf(line)));
  for (const finding of findings)
    await reporter.data(finding, `${finding.state.padEnd(8)}${finding.output}  ${finding.reason}`);
  await disk.save();
  if (findings.length === 0) reporter.note(`Check: ${total} ${total === 1 ? 'picture is' : 'pictures are'} as locked`);
  else {
    const file = shellWord(source.shown, context.world.platform) ?? 'FILE';
    reporter.next(context.command(`batch ${file} --lock`), 'Make what is stale or missing');
  }
  return findings.length === 0 ? 0 : someFailed;

  async function findingsOf({ output: wanted }: BatchTask): Promise<Finding[]> {
    if (!wanted) return [];
    const { slot, hash } = wanted;
    const line = lock.find(slot, hash);
    if (!line) return [{ state: 'missing', output: slot, reason: 'it is not in the lock' }];
    const { output } = line;
    const onDisk = await disk.state(line);
    if (onDisk === 'edited') return [{ state: 'edited', output, reason: 'it is not the file that was bought' }];
    if (line.request !== hash) return [{ state: 'stale', output, reason: 'what is asked for has changed' }];
    return onDisk === 'missing' ? [{ state: 'missing', output, reason: 'the file is gone' }] : [];
  }

  async function unusedOf(line: LockLine): Promise<Finding[]> {
    const { output } = line;
    if (plan.outputs?.has(slotOfFile(output)) || !(await exists(`${folder}/${output}`))) return [];
    const reason = 'no entry makes it any more: delete the file, or add an entry';
    return [{ state: 'unused', output, reason }];
  }
}
