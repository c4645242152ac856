import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Files, nodeFiles } from '../../src/disk/files.ts';
import type { Journal } from '../../src/journal/journal.ts';
import {
  accepted,
  deadRuns,
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

const batch = 'ba7c4ba7c4ba7c40';

function row(key: string, number: number) {
  return { row: { batch, row: number, key: `row ${key}` } };
}

/** Three finished runs: of one picture, of a batch, and of a batch and more than one part. */
async function threeRuns(records: Records): Promise<void> {
  const many = Array.from({ length: 1200 }, (_, task) => [
    intended(`m${task}`, 3000 + task, row(`m${task}`, task)),
    accepted(`m${task}`, 3000 + task),
    ended(`m${task}`, 3000 + task),
  ]);
  await put(records, 'done/m1-aa.1-1-cccc.jsonl', [{ format: 1 }, intended('a', 1), accepted('a', 1), ended('a', 2)]);
  await put(records, 'done/m2-bb.1-1-cccc.jsonl', [intended('b', 2, row('b', 1)), accepted('b', 2), ended('b', 3)]);
  await put(records, 'done/m3-cc.1-1-cccc.jsonl', many.flat());
}

/** What the record says of these runs: tasks by their ids, those of the batch, the newest. */
async function told(journal: Journal): Promise<[string[], number, string[]]> {
  const found = await journal.find(['tsk_a', 'tsk_b', 'tsk_m0', 'tsk_m700', 'tsk_m1199', 'tsk_unknown']);
  const rows = new Set<string>();
  await journal.ofBatch(batch, async ({ key }) => void rows.add(key));
  const newest = await journal.newest({ matches: () => true, limit: 3 }, () => undefined);
  return [[...found.keys()], rows.size, newest.map(({ key }) => key)];
}

const all = [['tsk_a', 'tsk_b', 'tsk_m0', 'tsk_m700', 'tsk_m1199'], 1201, ['m1199', 'm1198', 'm1197']];

/** Counts what is read of the finished runs. */
function counting(): { files: Files; reads: string[] } {
  const reads: string[] = [];
  return {
    reads,
    files: {
      ...nodeFiles,
      lines(path, span) {
        if (path.includes('/done/')) reads.push(path);
        return nodeFiles.lines(path, span);
      },
    },
  };
}

test('finished runs are read once, then only what is asked for', async () => {
  const records = await newRecords();
  await threeRuns(records);
  expect(await told(records.process(somePid))).toEqual(all);
  const { files, reads } = counting();
  const journal = records.process(somePid + 1, here, files);
  await journal.left({ letGo: true });
  expect(reads).toEqual([]);
  expect((await journal.find(['tsk_m700'])).get('tsk_m700')?.entry.ended?.how).toBe('saved');
  expect(reads).toHaveLength(1);
  await journal.newest({ matches: () => true, limit: 3 }, () => undefined);
  expect(reads).toHaveLength(2);
});

test('of tasks that began at one moment the last that was written comes first, however many are asked for', async () => {
  const records = await newRecords();
  for (const keys of ['dbf', 'aec']) {
    const one = records.process(somePid);
    const run = await one.run();
    for (const key of keys) await run.append(intended(key, 5), accepted(key, 5), ended(key, 5));
    await one.close();
  }
  const newest = async (limit: number): Promise<string> => {
    const found = await records.process(somePid + 1).newest({ matches: () => true, limit }, () => undefined);
    return found.map(({ key }) => key).join('');
  };
  const all = await newest(6);
  expect(['ceafbd', 'fbdcea']).toContain(all); // two runs of one millisecond
  for (const limit of [1, 3, 5]) expect(await newest(limit)).toBe(all.slice(0, limit));
});

test('of a thousand tasks that began at one moment no more parts are read than are needed', async () => {
  const records = await newRecords();
  const many = Array.from({ length: 2000 }, (_, task) => [
    intended(`m${task}`, 7),
    accepted(`m${task}`, 7),
    ended(`m${task}`, 7),
  ]);
  await put(records, 'done/m1-aa.1-1-cccc.jsonl', many.flat());
  await records.process(somePid).left();
  const { files, reads } = counting();
  const found = await records
    .process(somePid + 1, here, files)
    .newest({ matches: () => true, limit: 3 }, () => undefined);
  expect(found.map(({ key }) => key)).toEqual(['m1999', 'm1998', 'm1997']);
  expect(reads).toHaveLength(1);
});

test('what is put aside by the program is in the index at once', async () => {
  const records = await newRecords();
  await threeRuns(records);
  await records.process(somePid).left();
  const one = records.process(somePid + 1);
  await (await one.run()).append(intended('n', 9000), accepted('n', 9000), ended('n', 9001));
  await one.close();
  const { files, reads } = counting();
  const journal = records.process(somePid + 2, here, files);
  expect((await journal.newest({ matches: () => true, limit: 1 }, () => undefined))[0]?.key).toBe('n');
  expect(reads).toHaveLength(1);
});

test('beside a whole index a run reads its end alone, and two that end at once leave it whole', async () => {
  const records = await newRecords();
  await threeRuns(records);
  await records.process(somePid).left();
  const wholeReads: string[] = [];
  const files: Files = {
    ...nodeFiles,
    bytes(path, from) {
      if (path.endsWith('done.index') && from === 0) wholeReads.push(path);
      return nodeFiles.bytes(path, from);
    },
  };
  const both = [1, 2].map((nth) => records.process(somePid + nth, here, files));
  for (const [nth, journal] of both.entries()) {
    await journal.left({ tidy: true });
    await (await journal.run()).append(intended(`n${nth}`, 9000), accepted(`n${nth}`, 9000), ended(`n${nth}`, 9001));
  }
  await Promise.all(both.map((journal) => journal.close()));
  expect(wholeReads).toEqual([]);
  const counted = counting();
  const journal = records.process(somePid + 3, here, counted.files);
  expect([...(await journal.find(['tsk_n0', 'tsk_n1', 'tsk_b'])).keys()]).toEqual(['tsk_n0', 'tsk_n1', 'tsk_b']);
  expect(counted.reads).toHaveLength(3);
});

test('a run of which the index cannot be told is found, though another process puts one aside at that moment', async () => {
  const records = await newRecords();
  await threeRuns(records);
  await records.process(somePid).left();
  const one = records.process(somePid + 1, here, {
    ...nodeFiles,
    add: (path, text) =>
      path.endsWith('done.index') && text.includes('tsk_n1')
        ? Promise.reject(new Error('EIO'))
        : nodeFiles.add(path, text),
  });
  await (await one.run()).append(intended('n1', 9000), accepted('n1', 9000), ended('n1', 9001));
  // Ends within the other's end: between its line in the index and its mark.
  const other = records.process(somePid + 2, here, {
    ...nodeFiles,
    async rename(from, to) {
      await nodeFiles.rename(from, to);
      if (to.includes('/done/')) await one.close();
    },
  });
  await (await other.run()).append(intended('n2', 9000), accepted('n2', 9000), ended('n2', 9001));
  await other.close();
  const journal = records.process(somePid + 3);
  expect([...(await journal.find(['tsk_n1', 'tsk_n2'])).keys()].sort()).toEqual(['tsk_n1', 'tsk_n2']);
});

test('what is open in a run of which the former cannot be put aside is for others, though its process lives', async () => {
  const records = await newRecords();
  await threeRuns(records);
  await put(records, 'runs/m4-dd.9-9-aaaa.jsonl', [{ format: 1 }, intended('o', 1), accepted('o', 1)]);
  await records.process(somePid).left();
  const one = records.process(somePid + 1, here, {
    ...nodeFiles,
    add: (path, text) => (path.endsWith('done.index') ? Promise.reject(new Error('EIO')) : nodeFiles.add(path, text)),
  });
  const [dead] = await deadRuns(one);
  if (!dead || !(await one.takeOver(dead))) throw new Error('not taken over');
  await one.close();
  expect(await leftKeys(records.process(somePid + 2))).toEqual(['o']);
});

const harms: Array<[string, (index: string) => Promise<unknown>]> = [
  ['deleted', (index) => rm(index)],
  ['emptied', (index) => truncate(index)],
  ['cut in the middle', async (index) => truncate(index, (await readFile(index)).length >> 1)],
  [
    'full of other things',
    (index) => writeFile(index, 'm3-cc.1-1-cccc.jsonl\t0\t1\tended\t0\t0\t0\t  \t0\t0\n'.repeat(99)),
  ],
  [
    'wrong in one character',
    async (index) => {
      const text = await readFile(index, 'utf8');
      await writeFile(index, text.replace('tsk_m700', 'tsk_m70O').replace(batch, batch.replace('b', 'd')));
    },
  ],
  ['torn at its end', (index) => appendFile(index, 'm9-zz.1-1-cccc.jsonl\t0\t1\ten')],
  [
    'without one of the lines',
    async (index) => {
      const lines = (await readFile(index, 'utf8')).split('\n');
      await writeFile(index, lines.filter((line) => !line.includes('m2-bb')).join('\n'));
    },
  ],
  [
    'a folder',
    async (index) => {
      await rm(index);
      await mkdir(index);
    },
  ],
];

test.each(harms)('an index that is %s is made anew', async (_, harm) => {
  const records = await newRecords();
  await threeRuns(records);
  await records.process(somePid).left();
  await harm(join(records.folder, 'done.index'));
  expect(await told(records.process(somePid + 1))).toEqual(all);
  expect(await told(records.process(somePid + 2))).toEqual(all);
});

test('an index with bytes that are no text is made anew once', async () => {
  const records = await newRecords();
  await threeRuns(records);
  await records.process(somePid).left();
  const index = join(records.folder, 'done.index');
  const bytes = await readFile(index);
  await writeFile(index, bytes.fill(0xff, 40, 43));
  expect(await told(records.process(somePid + 1))).toEqual(all);
  const healed = await readFile(index);
  expect(await told(records.process(somePid + 2))).toEqual(all);
  expect(await readFile(index)).toEqual(healed);
});

test('files that come from elsewhere are found, and those that go are missed by nobody', async () => {
  const records = await newRecords();
  await threeRuns(records);
  const journal = records.process(somePid);
  expect(await told(journal)).toEqual(all);
  await put(records, 'done/m4-dd.1-1-cccc.jsonl', [
    intended('d', 99_000, row('d', 7)),
    accepted('d', 99_000),
    ended('d', 99_001),
  ]);
  expect(await told(journal)).toEqual([all[0], 1202, ['d', 'm1199', 'm1198']]);
  await rm(join(records.folder, 'done/m3-cc.1-1-cccc.jsonl'));
  expect(await told(journal)).toEqual([['tsk_a', 'tsk_b'], 2, ['d', 'b', 'a']]);
});

test('a file that was changed by hand is read as it is now', async () => {
  const records = await newRecords();
  await threeRuns(records);
  const journal = records.process(somePid);
  expect(await told(journal)).toEqual(all);
  const path = join(records.folder, 'done/m3-cc.1-1-cccc.jsonl');
  await writeFile(path, linesOf([intended('z', 1), ended('z', 2)]) + (await readFile(path, 'utf8')));
  expect(await told(journal)).toEqual(all);
});

test('processes that put runs aside at one moment miss none of them', async () => {
  const records = await newRecords();
  await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const journal = records.process(somePid + index);
      const key = `k${index}`;
      await (await journal.run()).append(
        intended(key, index, row(key, index)),
        accepted(key, index),
        ended(key, index),
      );
      await journal.close();
    }),
  );
  const keys: string[] = [];
  const journal = records.process(somePid + 50);
  await journal.ofBatch(batch, async ({ key }) => void keys.push(key));
  expect(new Set(keys).size).toBe(12);
  expect((await journal.find(Array.from({ length: 12 }, (_, index) => `tsk_k${index}`))).size).toBe(12);
});

test('a disk without room for the index is no reason to keep a run from being put aside', async () => {
  const records = await newRecords();
  const full = async (): Promise<never> => {
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };
  const one = records.process(somePid, here, { ...nodeFiles, add: full, write: nodeFiles.write });
  await (await one.run()).append(intended('k', 1), accepted('k', 2), ended('k', 3));
  await one.close();
  expect(await readdir(join(records.folder, 'done'))).toHaveLength(1);
  expect((await records.process(somePid + 1).find(['tsk_k'])).size).toBe(1);
});

test('what is forgotten is gone from the record, and the rest is still found', async () => {
  const records = await newRecords();
  await threeRuns(records);
  await put(records, 'runs/m5-ee.nobody.jsonl', [
    intended('open', 5),
    accepted('open', 5),
    intended('e', 5),
    accepted('e', 5),
    ended('e', 6),
  ]);
  const journal = records.process(somePid);
  const chosen = await journal.forgettable(({ key }) => ['a', 'm700', 'e', 'open'].includes(key));
  expect([[...chosen.keys].sort(), chosen.unfinished, chosen.running]).toEqual([['a', 'e', 'm700'], 1, 0]);
  await journal.forget(chosen.keys);
  const found = await records
    .process(somePid + 1)
    .find(['tsk_a', 'tsk_b', 'tsk_m700', 'tsk_m701', 'tsk_open', 'tsk_e']);
  expect([...found.keys()].sort()).toEqual(['tsk_b', 'tsk_m701', 'tsk_open']);
  const texts = await Promise.all(
    (await readdir(join(records.folder, 'done'))).map((name) => readFile(join(records.folder, 'done', name), 'utf8')),
  );
  expect(texts.join('')).not.toMatch(/tsk_(a|m700|e)"/);
});
