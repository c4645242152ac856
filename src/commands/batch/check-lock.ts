import { basename, dirname, join } from 'node:path';
import { nodeFiles } from '../../disk/files.ts';
import { exists } from '../../disk/place.ts';
import { someFailed } from '../../errors.ts';
import { shellWord } from '../../report/shell-command.ts';
import { checkRows, refuseFlaws } from './check.ts';
import { type Disk, openDisk } from './disk.ts';
import { type LockLine, openLock, slotOf } from './lock.ts';
import { lockPath } from './outputs.ts';
import type { Batch } from './plan.ts';

interface Finding {
  state: 'stale' | 'missing' | 'edited' | 'unused';
  output: string;
  reason: string;
}

/** Compares the file, its lock and what is on disk. Sends nothing and needs no key. Returns the exit code. */
export async function checkLock(batch: Batch): Promise<number> {
  const { context, source, flags, plan } = batch;
  const { reporter, world } = context;
  const path = lockPath(source.path);
  const lock = await openLock(path);
  const disk = await openDisk(context, path, flags.strict);
  const checked = await checkRows(batch);
  refuseFlaws(batch, checked);
  const findings: Finding[] = [];
  for (const { output: wanted } of checked.tasks) {
    if (!wanted) continue;
    const { slot: output, hash } = wanted;
    const lines = lock.find(output, hash);
    if (lines.length === 0) findings.push({ state: 'missing', output, reason: 'it is not in the lock' });
    for (const line of lines) findings.push(...(await compare(disk, line, hash)));
  }
  for (const line of lock.lines()) {
    const { output } = line;
    if (plan.outputs?.has(slotOf(line)) || !(await exists(join(dirname(path), output)))) continue;
    findings.push({ state: 'unused', output, reason: 'no entry makes it any more: delete the file, or add an entry' });
  }
  for (const finding of findings)
    await reporter.data(finding, `${finding.state.padEnd(8)}${finding.output}  ${finding.reason}`);
  await disk.save();
  if (findings.length === 0) {
    const { total } = checked;
    reporter.note(`Check: ${total} ${total === 1 ? 'picture is' : 'pictures are'} as locked`);
    return 0;
  }
  const file = shellWord(source.shown, world.platform) ?? 'FILE';
  reporter.next(context.command(`batch ${file} --lock`), 'Make what is stale or missing');
  return someFailed;
}

/** Compares a picture that was bought with what is on disk and with what is asked for now. */
async function compare(disk: Disk, line: LockLine, hash: string): Promise<Finding[]> {
  const { output, request } = line;
  const state = await disk.state(line);
  if (state === 'edited') return [{ state, output, reason: 'it is not the file that was bought' }];
  if (request !== hash) return [{ state: 'stale', output, reason: 'what is asked for has changed' }];
  return state === 'missing' ? [{ state, output, reason: 'the file is gone' }] : [];
}

/** Joins the lock files of all shards into one, and removes them. Returns the exit code. */
export async function mergeLocks({ context, source }: Batch): Promise<number> {
  const whole = lockPath(source.path);
  const [folder, stem] = [dirname(whole), basename(whole, '.jsonl')];
  const isPart = (name: string): boolean =>
    name.startsWith(`${stem}.`) && /^\.\d+-of-\d+\.jsonl$/.test(name.slice(stem.length));
  const paths = (await nodeFiles.list(folder))
    .filter(isPart)
    .sort()
    .map((name) => join(folder, name));
  const lock = await openLock(whole);
  let count = 0;
  for (const path of paths) {
    const lines = (await openLock(path)).lines();
    for (const line of lines) lock.add(line);
    count += lines.length;
  }
  await lock.save();
  for (const path of paths) await nodeFiles.remove(path);
  const shown = `${source.shown.replace(/[^/\\]*$/, '')}${basename(whole)}`;
  context.reporter.note(`Joined ${count} lines of ${paths.length} lock files into ${shown}`);
  return 0;
}
