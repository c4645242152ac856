import { appendFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AppendFile } from '../../src/disk/append-file.ts';
import { type Files, nodeFiles } from '../../src/disk/files.ts';
import type { Event } from '../../src/journal/event.ts';
import { accepted, deadRuns, ended, here, intended, leftKeys, newRecords, type Records, somePid } from './machine.ts';

const lost = { code: 'interrupted', message: expect.stringContaining('another process has taken this run over') };

/** The text of the one file in a folder of the record. */
async function textIn(records: Records, folder: string): Promise<string> {
  const [name = ''] = await readdir(join(records.folder, folder));
  return await readFile(join(records.folder, folder, name), 'utf8');
}

test('a process that was believed dead writes nothing more, and is told', async () => {
  const records = await newRecords();
  const frozen = await records.process(somePid).run();
  await frozen.append(intended('k', 1));
  records.end(somePid);
  const heir = records.process(somePid + 1);
  const [dead] = await deadRuns(heir);
  const run = await heir.takeOver(dead as never);

  expect(() => frozen.check()).toThrow(expect.objectContaining(lost));
  await expect(frozen.append(accepted('k', 2))).rejects.toMatchObject(lost);
  await expect(frozen.restore()).rejects.toMatchObject(lost);
  expect(() => frozen.appendNow(ended('k', 3))).toThrow(expect.objectContaining(lost));
  await frozen.close();
  expect(await textIn(records, 'done')).not.toContain('accepted');
  expect([...(run?.open.keys() ?? [])]).toEqual(['k']);
  expect(() => run?.check()).not.toThrow();
});

test('nor does it when the run was closed and put aside before', async () => {
  const records = await newRecords();
  const frozen = await records.process(somePid).run();
  await frozen.append(intended('k', 1), accepted('k', 2), ended('k', 3));
  records.end(somePid);
  expect(await leftKeys(records.process(somePid + 1))).toEqual([]);
  await expect(frozen.append(intended('l', 4))).rejects.toMatchObject(lost);
});

test('a beat of the heart notices it too, and stops the process', async () => {
  const records = await newRecords();
  await (await records.process(somePid).run()).append(intended('k', 1));
  const runs = join(records.folder, 'runs');
  const [name = ''] = await readdir(runs);
  await rename(join(runs, name), join(runs, name.replace('.', '+1.')));
  records.clock.onWait(1);
  expect(records.warnings).toEqual([expect.stringContaining('lost: Failure: another process has taken')]);
});

test('what a process that comes to life again still gets into its old file is ignored', async () => {
  const records = await newRecords();
  await (await records.process(somePid).run()).append(intended('k', 1), accepted('k', 2));
  records.end(somePid);
  const heir = records.process(somePid + 1);
  await heir.takeOver((await deadRuns(heir))[0] as never);
  const [name = ''] = await readdir(join(records.folder, 'done'));
  const late = [intended('late', 3), accepted('late', 4)].map((event) => `${JSON.stringify(event)}\n`);
  await appendFile(join(records.folder, 'done', name), late.join(''));
  records.end(somePid + 1);
  await rm(join(records.folder, 'done.index'));
  expect(await leftKeys(records.process(somePid + 2))).toEqual(['k']);
});

test.each([
  ['deleted', (folder: string) => rm(folder, { recursive: true })],
  ['moved away', (folder: string) => rename(folder, `${folder}.old`)],
])('a state folder that was %s is made anew, with what is under way and the same salt', async (_, remove) => {
  const records = await newRecords();
  const journal = records.process(somePid);
  const identity = await journal.identity();
  const run = await journal.run();
  await run.append(intended('a', 1), accepted('a', 2), intended('b', 1), ended('b', 2));
  await remove(records.folder);
  await run.append(intended('c', 3));
  expect(records.warnings).toEqual([expect.stringContaining('was deleted: a new record of the running tasks')]);
  records.end(somePid);
  const other = records.process(somePid + 1);
  expect(await leftKeys(other)).toEqual(['a', 'c']);
  expect((await other.identity()).account('key')).toBe(identity.account('key'));
});

test('a file in the place of the state folder takes nothing over: the run goes on without a record', async () => {
  const records = await newRecords();
  const run = await records.process(somePid).run();
  await run.append(intended('a', 1));
  await rm(records.folder, { recursive: true });
  await writeFile(records.folder, '');
  await expect(run.append(accepted('a', 2))).rejects.toMatchObject({ code: 'ENOTDIR' });
  expect(() => run.check()).not.toThrow();
  await rm(records.folder);
  await run.append(intended('b', 3));
  records.end(somePid);
  expect(await leftKeys(records.process(somePid + 1))).toEqual(['a', 'b']);
});

test('it is made anew once, however many write at that moment', async () => {
  const records = await newRecords();
  const run = await records.process(somePid).run();
  await run.append(intended('a', 1));
  await rm(records.folder, { recursive: true });
  const events = Array.from({ length: 20 }, (_, index) => intended(`b${index}`, 2));
  const writing = Promise.all([run.restore(), ...events.map((event) => run.append(event))]);
  expect(() => run.check()).not.toThrow();
  await writing;
  expect(records.warnings).toHaveLength(1);
  records.end(somePid);
  expect(await leftKeys(records.process(somePid + 1))).toHaveLength(21);
});

/** The disk, of which appending and flushing can be made to fail. */
function unsteady(): { files: Files; fail(how: 'write' | 'flush' | undefined): void } {
  let failing: 'write' | 'flush' | undefined;
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  return {
    fail(how) {
      failing = how;
    },
    files: {
      ...nodeFiles,
      async openAppend(path) {
        const file = await nodeFiles.openAppend(path);
        return {
          ...file,
          async append(text) {
            if (failing === 'write') throw full;
            await file.append(text);
            if (failing === 'flush') throw full;
          },
        } satisfies AppendFile;
      },
    },
  };
}

test.each(['write', 'flush'] as const)('an intent whose %s fails is never bought, not later either', async (how) => {
  const records = await newRecords();
  const { files, fail } = unsteady();
  const journal = records.process(somePid, here, files);
  const run = await journal.run();
  fail(how);
  await expect(run.append(intended('a', 1))).rejects.toThrow('ENOSPC');
  expect([...run.open.keys()]).toEqual([]);
  fail(undefined);
  await run.append(intended('b', 2));
  records.end(somePid);
  expect(await leftKeys(records.process(somePid + 1))).toEqual(['b']);
});

test.each<[string, Event]>([
  ['accepted', accepted('a', 2)],
  ['ended', ended('a', 2)],
])('what could not be written (%s) is written with what comes next, or at the end', async (_, event) => {
  for (const next of [[], [intended('b', 3)]]) {
    const records = await newRecords();
    const { files, fail } = unsteady();
    const journal = records.process(somePid, here, files);
    const run = await journal.run();
    await run.append(intended('a', 1));
    fail('write');
    await expect(run.append(event)).rejects.toThrow('ENOSPC');
    fail(undefined);
    if (next.length > 0) await run.append(...next);
    else await journal.close();
    records.end(somePid);
    const [dead] = await deadRuns(records.process(somePid + 1));
    const isOpen = event.event === 'accepted';
    expect(dead?.entries.has('a') ?? false).toBe(isOpen);
    expect(dead?.entries.get('a')?.accepted?.id).toBe(isOpen ? 'tsk_a' : undefined);
  }
});

test('a run that could not be written to its end is not put aside', async () => {
  const records = await newRecords();
  const { files, fail } = unsteady();
  const journal = records.process(somePid, here, files);
  const run = await journal.run();
  await run.append(intended('a', 1), accepted('a', 2));
  fail('write');
  await expect(run.append(ended('a', 3))).rejects.toThrow('ENOSPC');
  await journal.close();
  expect(await leftKeys(records.process(somePid + 1))).toEqual(['a']);
});
