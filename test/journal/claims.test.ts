import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { overlap } from '../../src/journal/claims.ts';
import { ownerName } from '../../src/journal/owner.ts';
import { elsewhere, intended, newRecords, ownerOf, type Records, somePid } from './machine.ts';

const { signal } = new AbortController();

test.each([
  [1, 1, 1, 1, true],
  [1, 1, 2, 4, true],
  [1, 4, 2, 4, false],
  [1, 2, 3, 4, true],
  [1, 2, 2, 4, false],
  [2, 3, 1, 4, true],
  [1, 6, 3, 4, true],
  [1, 6, 2, 4, false],
])('share %i/%i and share %i/%i have rows in common: %s', (index, of, otherIndex, otherOf, expected) => {
  const [one, other] = [
    { index, of },
    { index: otherIndex, of: otherOf },
  ];
  expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected]);
  const rows = Array.from({ length: of * otherOf }, (_, row) => row);
  expect(rows.some((row) => row % of === index - 1 && row % otherOf === otherIndex - 1)).toBe(expected);
});

test('what one process has claimed no other gets, until it is released', async () => {
  const records = await newRecords();
  const [one, other] = [records.process(somePid), records.process(somePid + 1)];
  expect(await one.claim('batch', undefined, signal)).toBe(true);
  expect(await other.claim('batch', undefined, signal)).toBe(false);
  expect(await other.claim('batch', { index: 2, of: 3 }, signal)).toBe(false);
  expect(await other.claim('another', undefined, signal)).toBe(true);
  await one.close();
  expect(await other.claim('batch', undefined, signal)).toBe(true);
});

test('shares without common rows are claimed side by side', async () => {
  const records = await newRecords();
  const claims = [1, 2, 3].map((index) => records.process(somePid + index).claim('batch', { index, of: 3 }, signal));
  expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(3);
  expect(await records.process(somePid).claim('batch', undefined, signal)).toBe(false);
});

test('of any number that ask at one instant one gets it', async () => {
  const records = await newRecords();
  for (let round = 0; round < 3; round++) {
    const processes = Array.from({ length: 4 }, (_, index) => records.process(somePid + 9 * round + index));
    const claims = await Promise.all(processes.map((each) => each.claim(`batch ${round}`, undefined, signal)));
    expect(claims.filter(Boolean)).toHaveLength(1);
  }
});

test('what a killed process had claimed is free', async () => {
  const records = await newRecords();
  await records.process(somePid).claim('batch', undefined, signal);
  records.end(somePid);
  expect(await records.process(somePid + 1).claim('batch', undefined, signal)).toBe(true);
  expect(await readdir(join(records.folder, 'claims'))).toHaveLength(1);
});

/** A claim of a process of another machine, which shows signs of life until `until`. */
async function claimElsewhere(records: Records, until: number): Promise<string> {
  const owner = ownerName(ownerOf(1, elsewhere));
  const [claims, alive] = ['claims', 'alive'].map((name) => join(records.folder, name));
  for (const folder of [claims, alive]) await mkdir(folder as string, { recursive: true });
  const path = join(claims as string, `batch.0123456789abcdef.${owner}.1-1`);
  await writeFile(path, 'holds');
  await writeFile(join(alive as string, owner), '0');
  records.clock.onWait = (now) => (now < until ? writeFile(join(alive as string, owner), String(now)) : 0);
  return path;
}

test('what a process elsewhere has claimed is its own as long as it shows signs of life', async () => {
  const records = await newRecords();
  await claimElsewhere(records, Number.POSITIVE_INFINITY);
  expect(await records.process(somePid).claim('batch', undefined, signal)).toBe(false);
});

test('and free when it has shown none for a lease, by the watch of whoever wants it', async () => {
  const records = await newRecords();
  const path = await claimElsewhere(records, 0);
  const began = records.clock.monotonic();
  expect(await records.process(somePid).claim('batch', undefined, signal)).toBe(true);
  expect(records.clock.monotonic() - began).toBeGreaterThanOrEqual(24_000);
  expect(await readdir(join(path, '..'))).not.toContain(path);
});

test('whoever was believed dead and has lost its claim writes nothing more, in no run', async () => {
  const records = await newRecords();
  const frozen = records.process(somePid);
  expect(await frozen.claim('batch', undefined, signal)).toBe(true);
  records.end(somePid);
  await records.process(somePid + 1).claim('batch', undefined, signal);
  const run = await frozen.run();
  await expect(run.append(intended('k', 1))).rejects.toMatchObject({ code: 'interrupted' });
  expect(() => run.check()).toThrow('taken this run over');
});

test.each(['before', 'after'])(
  'a claim is made anew where the state folder was deleted %s the run began',
  async (when) => {
    const records = await newRecords();
    const one = records.process(somePid);
    await one.claim('batch', undefined, signal);
    const begun = when === 'after' ? await one.run() : undefined;
    await rm(records.folder, { recursive: true });
    await (begun ?? (await one.run())).append(intended('k', 1));
    expect(await records.process(somePid + 1).claim('batch', undefined, signal)).toBe(false);
  },
);

test('waiting for a claim ends with the deadline', async () => {
  const records = await newRecords();
  await claimElsewhere(records, 0);
  const deadline = records.clock.deadline(10_000);
  await expect(records.process(somePid).claim('batch', undefined, deadline.signal)).rejects.toMatchObject({
    code: 'timeout',
  });
  expect(await readdir(join(records.folder, 'claims'))).toHaveLength(1);
});
