import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/disk/files.ts';
import { leaseMs, leastWatchMs, openPulse, type Pulse } from '../../src/journal/alive.ts';
import { lifeHere, type Owner, ownerName, thisProcess } from '../../src/journal/owner.ts';
import { elsewhere, newRecords, ownerOf, type Records, somePid } from './machine.ts';

const self = thisProcess(process.pid);
const exists = (): void => undefined;
const gone = (): void => {
  throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
};
const forbidden = (): void => {
  throw Object.assign(new Error('not yours'), { code: 'EPERM' });
};
const hasProc = process.platform === 'linux';

test.each<[string, Partial<Owner>, (pid: number) => void, string]>([
  ['this very process lives', {}, exists, 'alive'],
  ['a process that is gone is dead', {}, gone, 'dead'],
  ['its number was given to another one', { start: '1' }, exists, hasProc ? 'dead' : 'alive'],
  ['its number is of another user now', { start: '1' }, forbidden, hasProc ? 'dead' : 'alive'],
  ['of one elsewhere nobody here is sure', { host: 'elsewhere' }, gone, 'unsure'],
])('%s', (_, owner, probe, life) => {
  expect(lifeHere({ ...self, ...owner }, self, probe)).toBe(life);
});

const other = ownerOf(1, elsewhere);

function pulseIn({ folder, clock }: Records, owner = ownerOf(somePid), onBeat = (): void => undefined): Pulse {
  return openPulse({ folder, files: nodeFiles, clock, owner, probe: gone, onBeat });
}

/** The file in which the other process shows signs of life, last so many milliseconds ago by the file system. */
async function signOf(records: Records, ageMs: number): Promise<string> {
  const path = join(records.folder, 'alive', ownerName(other));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '1');
  const at = (Date.now() - ageMs) / 1000;
  await utimes(path, at, at);
  return path;
}

/** How long this process watched the other one, by its own clock, and what it found out. */
async function watched(records: Records, file = '/nowhere'): Promise<[string, number]> {
  const began = records.clock.monotonic();
  const isDead = await pulseIn(records).isDead(other, file, new AbortController().signal);
  return [isDead ? 'dead' : 'alive', records.clock.monotonic() - began];
}

test('a process elsewhere that gives a sign lives, as soon as the sign is seen', async () => {
  const records = await newRecords();
  const path = await signOf(records, 0);
  records.clock.onWait = (now) => now > 9_000 && writeFile(path, String(now));
  const [life, milliseconds] = await watched(records);
  expect(life).toBe('alive');
  expect(milliseconds).toBeLessThan(leaseMs);
});

test('one that gave a sign just now is dead after a whole lease without another', async () => {
  const records = await newRecords();
  await signOf(records, 0);
  const [life, milliseconds] = await watched(records);
  expect(life).toBe('dead');
  expect(milliseconds).toBeGreaterThan(leaseMs - 1000);
});

test.each([
  ['an hour', 3_600_000],
  ['a hundred days', 8.64e9],
])('one that has given none for %s is watched all the same: the clock may have jumped', async (_, age) => {
  const records = await newRecords();
  await signOf(records, age);
  const [life, milliseconds] = await watched(records);
  expect([life, Math.round(milliseconds / 500) * 500]).toEqual(['dead', leastWatchMs]);
});

test('one that was watched is dead, until it gives a sign again', async () => {
  const records = await newRecords();
  const path = await signOf(records, 0);
  const pulse = pulseIn(records);
  expect(await pulse.lifeOf(other, path)).toBe('unsure');
  expect(await pulse.isDead(other, path, new AbortController().signal)).toBe(true);
  expect(await pulse.lifeOf(other, path)).toBe('dead');
  await writeFile(path, '2');
  expect(await pulse.lifeOf(other, path)).toBe('unsure');
});

test('a sign of tomorrow keeps nobody alive for longer than a lease', async () => {
  const records = await newRecords();
  await signOf(records, -8.64e7);
  const [life, milliseconds] = await watched(records);
  expect(life).toBe('dead');
  expect(milliseconds).toBeLessThan(leaseMs + 1000);
});

test('an older version shows signs of life in its run', async () => {
  const records = await newRecords();
  const file = join(records.folder, 'runs', 'a-b.1-1-bbbb.jsonl');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
  records.clock.onWait = (now) => now > 9_000 && utimes(file, now, now);
  expect((await watched(records, file))[0]).toBe('alive');
});

test('several records in one process have one heart, which stops with the last', async () => {
  const records = await newRecords();
  const alive = join(records.folder, 'alive');
  const [one, two] = [pulseIn(records), pulseIn(records)];
  await one.start();
  await two.start();
  expect(await readdir(alive)).toEqual([ownerName(ownerOf(somePid))]);
  await one.stop();
  expect(await readdir(alive)).toHaveLength(1);
  await two.stop();
  expect(await readdir(alive)).toEqual([]);
});

test.each([
  ['of this machine', ownerOf(2), 0, false],
  ['of this machine, by a wrong clock of tomorrow', ownerOf(2), -8.64e7, false],
  ['elsewhere, an hour ago', other, 3_600_000, true],
  ['elsewhere, two days ago', other, 2 * 8.64e7, false],
])('the sign and the claim of a killed process %s: is it kept?', async (_, owner, ageMs, isKept) => {
  const records = await newRecords();
  const sign = join(records.folder, 'alive', ownerName(owner));
  const claim = join(records.folder, 'claims', `work.${'0'.repeat(16)}.${ownerName(owner)}.1-1`);
  const at = (Date.now() - ageMs) / 1000;
  for (const path of [sign, claim]) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '1');
    await utimes(path, at, at);
  }
  const pulse = pulseIn(records);
  await pulse.start();
  expect([existsSync(sign), existsSync(claim)]).toEqual([isKept, isKept]);
  await pulse.stop();
});

test('a claim stays as long as its process elsewhere shows that it lives', async () => {
  const records = await newRecords();
  await signOf(records, 0);
  const claim = join(records.folder, 'claims', `work.${'0'.repeat(16)}.${ownerName(other)}.1-1`);
  await mkdir(dirname(claim));
  await writeFile(claim, 'holds');
  await utimes(claim, 1, 1);
  const pulse = pulseIn(records);
  await pulse.start();
  expect(existsSync(claim)).toBe(true);
  await pulse.stop();
});

test('signs go on where the state folder was deleted', async () => {
  const records = await newRecords();
  let tick = (): void => undefined;
  const every = (_: number, act: () => void): (() => void) => {
    tick = act;
    return () => undefined;
  };
  const clock = { ...records.clock, every };
  const pulse = pulseIn({ ...records, clock });
  await pulse.start();
  await rm(records.folder, { recursive: true });
  tick();
  await expect.poll(() => readdir(join(records.folder, 'alive')).catch(() => [])).toHaveLength(1);
  await pulse.stop();
});
