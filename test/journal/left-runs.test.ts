import { copyFile, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { type Files, nodeFiles } from '../../src/disk/files.ts';
import { isUnsent } from '../../src/journal/entry.ts';
import type { Event } from '../../src/journal/event.ts';
import type { Journal } from '../../src/journal/journal.ts';
import {
  accepted,
  deadRuns,
  elsewhere,
  ended,
  here,
  intended,
  leftKeys,
  linesOf,
  newRecords,
  put,
  type Records,
  somePid,
} from './machine.ts';

async function namesIn(records: Records, folder: 'runs' | 'done'): Promise<string[]> {
  return await readdir(join(records.folder, folder)).catch(() => []);
}

/** A process that was killed when it had written this. */
async function killedAfter(records: Records, ...events: Event[]): Promise<void> {
  await (await records.process(somePid).run()).append(...events);
  records.end(somePid);
}

/** Finishes what a process finds, and ends it. */
async function finish(journal: Journal): Promise<string[]> {
  const keys: string[] = [];
  for (const dead of await deadRuns(journal)) {
    const run = await journal.takeOver(dead);
    for (const key of [...(run?.open.keys() ?? [])]) {
      keys.push(key);
      await run?.append(ended(key, 9));
    }
  }
  await journal.close();
  return keys.sort();
}

test('what a killed process did not finish goes on in another one, once', async () => {
  const records = await newRecords();
  await killedAfter(records, intended('a', 1), intended('b', 1), accepted('b', 2), ended('b', 3));
  const heir = records.process(somePid + 1);
  const [dead] = await deadRuns(heir);
  expect([...(dead?.entries.keys() ?? [])]).toEqual(['a']);
  expect((await heir.endedIn(dead as never)).map(({ key }) => key)).toEqual(['b']);
  const run = await heir.takeOver(dead as never);
  expect([...(run?.open.keys() ?? [])]).toEqual(['a']);
  const other = records.process(somePid + 2);
  expect((await other.left()).runs.map(({ life }) => life)).toEqual([expect.stringMatching(/unsure|continued/)]);
  await run?.append(ended('a', 4));
  await heir.close();
  expect([await leftKeys(other), await namesIn(records, 'runs')]).toEqual([[], []]);
  expect((await other.find(['tsk_b'])).get('tsk_b')?.entry.ended?.how).toBe('saved');
});

test('of any number that want a dead run one gets it', async () => {
  const records = await newRecords();
  await killedAfter(records, intended('k', 1), accepted('k', 2));
  const heirs = [1, 2, 3, 4].map((pid) => records.process(somePid + pid));
  const found = await Promise.all(heirs.map(deadRuns));
  const runs = await Promise.all(heirs.map((heir, index) => heir.takeOver(found[index]?.[0] as never)));
  expect(runs.filter(Boolean)).toHaveLength(1);
  expect(await leftKeys(records.process(somePid + 9))).toEqual([]);
});

test('a run that is closed with something to do is free for everybody at once', async () => {
  const records = await newRecords();
  const one = records.process(somePid);
  await (await one.run()).append(intended('k', 1));
  await one.close(); // and lives on, as a server does
  expect(await leftKeys(records.process(somePid + 1))).toEqual(['k']);
});

test('what was let go is left alone unasked', async () => {
  const records = await newRecords();
  const one = records.process(somePid);
  await (await one.run()).append(intended('k', 1), accepted('k', 2), { event: 'let-go', key: 'k', at: 3 });
  await one.close();
  const other = records.process(somePid + 1);
  expect((await other.left()).runs).toEqual([]);
  expect((await other.left({ letGo: true })).runs).toHaveLength(1);
  expect(await finish(other)).toEqual(['k']);
  expect(await leftKeys(records.process(somePid + 2))).toEqual([]);
});

test('what a container elsewhere works on is nobody else’s until it is known to be dead', async () => {
  const records = await newRecords();
  await (await records.process(somePid, elsewhere).run()).append(intended('k', 1), accepted('k', 2));
  const heir = records.process(somePid + 1);
  const { runs } = await heir.left();
  expect(runs.map(({ life, entries }) => [life, entries.size])).toEqual([['unsure', 1]]);
  expect(await heir.isDead(runs[0] as never, new AbortController().signal)).toBe(false);
  records.end(somePid);
  expect(await heir.isDead(runs[0] as never, new AbortController().signal)).toBe(true);
  expect([...((await heir.takeOver(runs[0] as never))?.open.keys() ?? [])]).toEqual(['k']);
});

test('a request that never left is known as such, unless a power failure may have taken the line that says it left', async () => {
  const records = await newRecords();
  const unsent = intended('never', 1, { unsent: true });
  const sent = intended('left', 1, { unsent: true });
  const told = async (journal: Journal): Promise<unknown[]> =>
    (await journal.left()).runs.flatMap(({ entries }) =>
      [...entries.values()].map((entry) => [entry.key, isUnsent(entry)]),
    );
  const run = await records.process(somePid).run();
  await run.append(unsent, sent);
  run.appendNow({ event: 'sending', key: 'left', at: 2 });
  records.end(somePid);
  expect(await told(records.process(somePid + 1))).toEqual([
    ['never', true],
    ['left', false],
  ]);
  expect(await told(records.process(somePid + 1, elsewhere))).toEqual([
    ['never', false],
    ['left', false],
  ]);
  // Taken over there, it stays a doubt for everybody.
  const there = records.process(somePid + 2, elsewhere);
  await there.takeOver((await there.left()).runs[0] as never);
  await there.close();
  expect(await told(records.process(somePid + 3, elsewhere))).toEqual([
    ['never', false],
    ['left', false],
  ]);
});

test('a file that is nobody’s by its name is still somebody’s money', async () => {
  const records = await newRecords();
  await put(records, 'runs/whatever.jsonl', [{ format: 1 }, intended('k', 1), accepted('k', 2)]);
  await mkdir(join(records.folder, 'runs/folder.txt'));
  expect(await leftKeys(records.process(somePid))).toEqual(['k']);
});

test('a copy that was made by hand is not done twice', async () => {
  const records = await newRecords();
  const path = await put(records, 'runs/m1-aa.nobody.jsonl', [intended('k', 1), accepted('k', 2)]);
  await copyFile(path, join(records.folder, 'runs/copy.jsonl'));
  expect(await leftKeys(records.process(somePid))).toEqual(['k']);
});

test('what did not end is found wherever its file lies', async () => {
  const records = await newRecords();
  await put(records, 'done/m1-aa.1-1-cccc.jsonl', [
    intended('a', 1),
    accepted('a', 2),
    intended('b', 1),
    ended('b', 2),
  ]);
  expect(await finish(records.process(somePid))).toEqual(['a']);
  expect(await leftKeys(records.process(somePid + 1))).toEqual([]);
});

test('what cannot be read is told each time, kept, and harms no other', async () => {
  const records = await newRecords();
  await put(records, 'runs/c-d.nobody.jsonl', [intended('k', 1)]);
  const newer = await put(records, 'runs/e-f.nobody.jsonl', [{ format: 2 }, intended('l', 1)]);
  const folders = ['runs/a-b.nobody.jsonl', 'done/a-b.nobody.jsonl'].map((name) => join(records.folder, name));
  for (const folder of folders) await mkdir(folder);
  for (const pid of [somePid, somePid + 1]) {
    const left = await records.process(pid).left();
    expect([left.runs.length, left.unreadable.sort()]).toEqual([
      1,
      [
        `cannot read ${folders[1]} (EISDIR): it is kept as it is`,
        `cannot read ${folders[0]} (EISDIR): it is kept as it is`,
        `cannot read ${newer} (a later version wrote it): it is kept as it is`,
      ],
    ]);
  }
});

test('a run without anything to do is put aside by whoever buys next, and by nobody who only reads', async () => {
  const records = await newRecords();
  await killedAfter(records, intended('k', 1), accepted('k', 2), ended('k', 3));
  const before = await namesIn(records, 'runs');
  const reader = records.process(somePid + 2);
  await reader.left({ letGo: true });
  await reader.find(['tsk_k']);
  expect((await reader.newest({ matches: () => true, limit: 9 }, () => undefined)).map(({ key }) => key)).toEqual([
    'k',
  ]);
  expect(await namesIn(records, 'runs')).toEqual(before);
  const other = records.process(somePid + 1);
  expect([await leftKeys(other), await namesIn(records, 'runs')]).toEqual([[], []]);
  expect((await other.find(['tsk_k'])).size).toBe(1);
});

test('files that a killed process was about to name are removed, those of a living one stay', async () => {
  const records = await newRecords();
  await records.process(somePid).run();
  const [dead, alive] = [`m1-aa.7-7-${here}.jsonl.01234567`, `m1-aa.${somePid}-7-${here}.jsonl.01234567`];
  for (const name of [dead, alive]) await put(records, `runs/${name}`, [intended('k', 1)]);
  await records.process(somePid + 1).left({ tidy: true });
  expect(await namesIn(records, 'runs')).toContain(alive);
  expect(await namesIn(records, 'runs')).not.toContain(dead);
});

/** The disk with one call that fails. */
function failing(call: keyof Files, when: (path: string) => boolean, code = 'EIO'): Files {
  const fail = (path: string): void => {
    if (when(path)) throw Object.assign(new Error(code), { code });
  };
  const real = nodeFiles[call] as (...words: unknown[]) => unknown;
  function act(...words: [string]): unknown {
    fail(words[0]);
    return real(...words);
  }
  return { ...nodeFiles, [call]: call === 'lines' ? act : async (...words: [string]) => act(...words) };
}

const mine = `${somePid + 1}-7-${here}`;

test.each<[string, Files]>([
  ['the run cannot be renamed', failing('rename', (path) => path.includes('/runs/'))],
  ['it cannot be read', failing('lines', (path) => path.includes(mine))],
  ['no continuation can be written', failing('replace', (path) => path.includes('/runs/'), 'ENOSPC')],
  ['it cannot be opened', failing('openAppend', (path) => path.includes(mine), 'EMFILE')],
])('a take-over that fails because %s loses nothing', async (_, files) => {
  const records = await newRecords();
  await killedAfter(records, intended('a', 1), accepted('a', 2), intended('b', 1), ended('b', 2));
  const unlucky = records.process(somePid + 1, here, files);
  const [dead] = await deadRuns(unlucky);
  await expect(unlucky.takeOver(dead as never)).rejects.toMatchObject({ code: 'internal' });
  await unlucky.close(); // and lives on
  expect(await finish(records.process(somePid + 2))).toEqual(['a']);
  expect(await leftKeys(records.process(somePid + 3))).toEqual([]);
  expect(await namesIn(records, 'runs')).toEqual([]);
});

test('where the old file cannot be closed its tasks are the new one’s all the same', async () => {
  const records = await newRecords();
  await killedAfter(records, intended('a', 1), accepted('a', 2));
  let opened = 0;
  const files = failing('openAppend', () => ++opened > 1);
  const unlucky = records.process(somePid + 1, here, files);
  const [dead] = await deadRuns(unlucky);
  const run = await unlucky.takeOver(dead as never);
  await run?.append(ended('a', 3));
  await unlucky.close();
  expect(await namesIn(records, 'runs')).toHaveLength(2);
  records.end(somePid + 1);
  const next = records.process(somePid + 2);
  expect([await leftKeys(next), await leftKeys(next), await namesIn(records, 'runs')]).toEqual([[], [], []]);
});

test('a file that moves while it is looked for is found under its new name', async () => {
  const records = await newRecords();
  const path = await put(records, 'runs/m1-aa.nobody.jsonl', [intended('k', 1), accepted('k', 2)]);
  let reads = 0;
  const files: Files = {
    ...nodeFiles,
    async facts(asked) {
      if (asked === path && ++reads === 1) await rename(path, path.replace('m1-aa', 'm1-aa+1'));
      return nodeFiles.facts(asked);
    },
  };
  expect(await leftKeys(records.process(somePid, here, files))).toEqual(['k']);
});

test('a process that is frozen while it takes a run over keeps it, though another one puts the old file aside', async () => {
  const records = await newRecords();
  const path = await put(records, 'runs/m1-aa.nobody.jsonl', [intended('k', 1), accepted('k', 2)]);
  let renames = 0;
  const files: Files = {
    ...nodeFiles,
    async rename(from, to) {
      // First it gets the name of this process; by then its tasks are copied.
      if (from.includes('m1-aa') && ++renames === 2) await records.process(somePid + 1, elsewhere).left({ tidy: true });
      return nodeFiles.rename(from, to);
    },
  };
  const run = await records.process(somePid, here, files).takeOver({ path });
  expect([...(run?.open.keys() ?? [])]).toEqual(['k']);
  expect(() => run?.check()).not.toThrow();
  expect(await readdir(join(records.folder, 'done'))).toHaveLength(1);
  records.end(somePid);
  expect(await leftKeys(records.process(somePid + 2))).toEqual(['k']);
});

test('a run that is taken over while it is read is found where it goes on', async () => {
  const records = await newRecords();
  const path = await put(records, 'runs/m1-aa.nobody.jsonl', [intended('k', 1), accepted('k', 2)]);
  let reads = 0;
  const files: Files = {
    ...nodeFiles,
    async *lines(asked, span) {
      // The names are listed, and the file is about to be read.
      if (asked === path && ++reads === 1) {
        await records.process(somePid + 1, elsewhere).takeOver({ path });
        const old = (await namesIn(records, 'done')).find((name) => name.startsWith('m1-aa')) ?? '';
        return yield* nodeFiles.lines(join(records.folder, 'done', old), span);
      }
      yield* nodeFiles.lines(asked, span);
    },
  };
  const { runs } = await records.process(somePid, here, files).left();
  expect(runs.flatMap(({ entries }) => [...entries.keys()])).toEqual(['k']);
});

test('a large run is read whole once: later only what is new in it', async () => {
  const records = await newRecords();
  const done = Array.from({ length: 2500 }, (_, task) => [intended(`t${task}`, 1), ended(`t${task}`, 2)]).flat();
  const lines = [{ format: 1 }, intended('a', 1), ...done, accepted('a', 2)];
  const path = await put(records, 'runs/m1-aa.nobody.jsonl', lines);
  expect((await stat(path)).size).toBeGreaterThan(512 * 1024);
  const spans: number[] = [];
  const files: Files = {
    ...nodeFiles,
    lines(asked, span) {
      if (asked === path) spans.push(span?.from ?? 0);
      return nodeFiles.lines(asked, span);
    },
  };
  const { size } = await stat(path);
  const journal = records.process(somePid, here, files);
  expect(await leftKeys(journal)).toEqual(['a']);
  await writeFile(path, linesOf([intended('b', 3)]), { flag: 'a' });
  expect((await deadRuns(journal))[0]?.entries.get('a')?.accepted?.id).toBe('tsk_a');
  expect(await leftKeys(journal)).toEqual(['a', 'b']);
  expect(spans).toEqual([0, size, size]);

  // It is only a cache.
  const digest = join(records.folder, 'digests', 'm1-aa');
  await writeFile(digest, (await readFile(digest, 'utf8')).replace('"a"', '"z"'));
  expect(await leftKeys(journal)).toEqual(['a', 'b']);
  expect(await finish(journal)).toEqual(['a', 'b']);
  expect(await readdir(join(records.folder, 'digests'))).toEqual([]);
  expect(basename(path)).toBe('m1-aa.nobody.jsonl');
});
