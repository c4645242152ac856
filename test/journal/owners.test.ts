import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DeadRun } from '../../src/journal/journal.ts';
import { lifeOf, type Owner, thisProcess } from '../../src/journal/owner.ts';
import { accepted, ended, intended, newRecords, put, somePid } from './machine.ts';

const self = thisProcess(process.pid);
const exists = (): void => undefined;
const gone = (): void => {
  throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
};
const forbidden = (): void => {
  throw Object.assign(new Error('not yours'), { code: 'EPERM' });
};
const hasProc = process.platform === 'linux';

test.each<[string, Partial<Owner>, number, (pid: number) => void, string]>([
  ['this very process lives', {}, 0, exists, 'alive'],
  ['it lives however long ago it gave a sign', {}, 1e9, exists, hasProc ? 'alive' : 'dead'],
  ['a process that is gone is dead', {}, 0, gone, 'dead'],
  ['its number was given to another one', { start: '1' }, 0, exists, hasProc ? 'dead' : 'alive'],
  ['its number is of another user now', { start: '1' }, 0, forbidden, hasProc ? 'dead' : 'alive'],
  ['one elsewhere lives while it gives a sign', { host: 'elsewhere' }, 39_000, gone, 'unsure'],
  ['one elsewhere that gives none is dead', { host: 'elsewhere' }, 41_000, exists, 'dead'],
  [
    'a clock that is a little ahead over there changes nothing',
    { host: 'elsewhere' },
    -39_000,
    exists,
    'unsure',
  ],
  ['a clock that was set back keeps nobody alive', { host: 'elsewhere' }, -1e9, exists, 'dead'],
])('%s', (_, owner, touchedMs, probe, life) => {
  expect(lifeOf({ ...self, ...owner }, self, touchedMs, probe)).toBe(life);
});

test('of two that want a dead run one gets it', async () => {
  const records = await newRecords();
  const dying = await records.process(somePid).run();
  await dying.append(intended('k', 1), accepted('k', 2));
  records.end(somePid);
  const [first, second] = [records.process(somePid + 1), records.process(somePid + 2)];
  const [[dead], [same]] = [await first.dead(), await second.dead()];
  const claims = await Promise.all([first.claim(dead?.name ?? ''), second.claim(same?.name ?? '')]);
  expect(claims.filter(Boolean)).toHaveLength(1);
  const left = await Promise.all([first.dead(), second.dead(), records.process(somePid + 3).dead()]);
  expect(left).toEqual([[], [], []]);
});

test('what a dead run had ended is not taken over again', async () => {
  const records = await newRecords();
  const dying = await records.process(somePid).run();
  await dying.append(intended('a', 1), intended('b', 1), ended('a', 2));
  records.end(somePid);
  const heir = records.process(somePid + 1);
  const [dead] = await heir.dead();
  expect([[...(dead?.entries.keys() ?? [])], dead?.ended.map(({ key }) => key)]).toEqual([['b'], ['a']]);
  const run = await heir.claim(dead?.name ?? '');
  expect([...(run?.open.keys() ?? [])]).toEqual(['b']);
});

test('a run that is closed with something to do is free for everybody at once', async () => {
  const records = await newRecords();
  const one = records.process(somePid);
  await (await one.run()).append(intended('k', 1));
  await one.close(); // and lives on, as a server does
  expect(await records.process(somePid + 1).dead()).toHaveLength(1);
});

test('a run of which all was let go is not read unasked', async () => {
  const records = await newRecords();
  const one = records.process(somePid);
  await (await one.run()).append(intended('k', 1), accepted('k', 2), { event: 'let-go', key: 'k', at: 3 });
  records.end(somePid); // killed before it could close
  const other = records.process(somePid + 1);
  expect(await other.dead('interrupted')).toEqual([]);
  expect(await readdir(join(records.folder, 'runs'))).toEqual([expect.stringMatching(/\.let-go\.jsonl$/)]);
  expect(await other.dead()).toHaveLength(1);
});

test('a container that shares the folder is left alone until it gives no sign any more', async () => {
  const records = await newRecords();
  const there = records.process(somePid, 'bbbb');
  await (await there.run()).append(intended('k', 1), accepted('k', 2));
  const here = records.process(somePid + 1);
  expect([await here.dead(), await here.alive()]).toEqual([[], 1]);
  const [name = ''] = await readdir(join(records.folder, 'runs'));
  await utimes(join(records.folder, 'runs', name), 0, records.clock.now() / 1000 - 41);
  expect([(await here.dead()).length, await here.alive()]).toEqual([1, 0]);
});

test('waiting to be sure of it ends with a sign of life', async () => {
  const records = await newRecords();
  const there = await records.process(somePid, 'bbbb').run();
  await there.append(intended('k', 1));
  const here = records.process(somePid + 1);
  const [unsure] = await here.unsure();
  const began = records.clock.monotonic();
  records.clock.onWait = (waited) => waited > 9_000 && there.touch(records.clock.now());
  await here.untilSure(unsure as DeadRun, new AbortController().signal);
  expect(records.clock.monotonic() - began).toBeLessThan(11_000);
  expect(await here.dead()).toEqual([]);
});

test('waiting to be sure of it ends when it has given no sign for long enough', async () => {
  const records = await newRecords();
  await (await records.process(somePid, 'bbbb').run()).append(intended('k', 1));
  const here = records.process(somePid + 1);
  const [unsure] = await here.unsure();
  await here.untilSure(unsure as DeadRun, new AbortController().signal);
  expect([(await here.unsure()).length, (await here.dead()).length]).toEqual([0, 1]);
});

test('a file that is nobody’s stays as it is', async () => {
  const records = await newRecords();
  await put(records, 'runs/whatever.jsonl', [intended('k', 1)]);
  const here = records.process(somePid);
  expect([await here.dead(), await here.alive()]).toEqual([[], 0]);
  expect(await readdir(join(records.folder, 'runs'))).toContain('whatever.jsonl');
});
