/** @module-tag slow */
import { copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { nodeFiles } from '../../src/disk/files.ts';
import { apply, type Entry } from '../../src/journal/entry.ts';
import { readLine } from '../../src/journal/event.ts';
import { readRun } from '../../src/journal/read-run.ts';
import { type AtEnd, filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { type Service, startService } from '../support/service.ts';
import { newRecords } from './machine.ts';

interface Recorded {
  service: Service;
  machine: Machine;
  /** What a real run wrote. */
  record: Buffer;
}

async function recordOfARun(atEnd: AtEnd, count = 2): Promise<Recorded> {
  const service = await startService({}, atEnd);
  const machine = await newMachine(atEnd);
  const words = ['generate', 'a mug', '-n', String(count), '--poll-interval', '20ms', '--base-url', service.url];
  expect((await run(machine, words)).exitCode).toBe(0);
  const done = join(machine.home, '.local/state/runapi-imagen/done');
  const [name = ''] = await readdir(done);
  return { service, machine, record: await readFile(join(done, name)) };
}

const newline = 0x0a;

function linesOf(record: Buffer): string[] {
  return record.toString('utf8').split('\n').slice(0, -1);
}

/** What the program makes of a file with these bytes: every task in it, ended or not. */
async function readBack(path: string, bytes: Buffer | string): Promise<Map<string, Entry>> {
  await writeFile(path, bytes);
  const all = new Map<string, Entry>();
  const contents = await readRun(nodeFiles, path, (entry) => all.set(entry.key, entry));
  for (const entry of contents?.open.values() ?? []) all.set(entry.key, entry);
  return all;
}

/** What these lines say when nothing else is there. */
function saidBy(lines: readonly string[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of lines) {
    const event = readLine(line);
    if (event) apply(entries, event);
  }
  return entries;
}

async function place(): Promise<string> {
  const { folder } = await newRecords();
  await mkdir(folder);
  return join(folder, 'run.jsonl');
}

test('a record that is cut at any byte says what its whole lines say', { timeout: 120_000 }, async () => {
  const { record } = await recordOfARun(onTestFinished, 1);
  const path = await place();
  let begin = 0;
  let whole: string[] = [];
  let expected = saidBy(whole);
  for (let cut = 0; cut <= record.length; cut++) {
    if (record[cut - 1] === newline) {
      whole = linesOf(record.subarray(0, cut));
      expected = saidBy(whole);
      begin = cut;
    }
    const rest = record.subarray(begin, cut).toString('utf8');
    const isWhole = readLine(rest) !== undefined; // but for the byte that ends it
    expect(await readBack(path, record.subarray(0, cut))).toEqual(isWhole ? saidBy([...whole, rest]) : expected);
  }
});

const foreign = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')),
  fc.json(),
  fc.constant('\0\0\0\0'),
  fc
    .record({ event: fc.constantFrom('saved', 'ended', 'painted', 'accepted'), key: fc.string() })
    .map((o) => JSON.stringify(o)),
);

test('foreign, torn and doubled lines in between change nothing', async () => {
  const { record } = await recordOfARun(onTestFinished);
  const path = await place();
  const lines = linesOf(record);
  const expected = saidBy(lines);
  const noise = fc.array(fc.tuple(fc.nat(lines.length - 1), fc.oneof(foreign, fc.constant('again'))), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(noise, fc.nat(200), async (extra, torn) => {
      const noisy = lines.flatMap((line, index) => [
        line,
        ...extra.flatMap(([after, text]) => (after !== index ? [] : text === 'again' ? [line] : [text])),
      ]);
      const tail = lines[1]?.slice(0, torn) ?? '';
      const read = await readBack(path, `${noisy.join('\n')}\n${tail === lines[1] ? '' : tail}`);
      for (const entry of read.values()) entry.temps = [...new Set(entry.temps)];
      expect(read).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

test('whatever became of a record, it is read, and what it says can be worked on', async () => {
  const { record } = await recordOfARun(onTestFinished);
  const path = await place();
  const lines = linesOf(record);
  const shuffled = fc
    .array(fc.oneof(fc.constantFrom(...lines), foreign), { maxLength: 30 })
    .map((some) => some.join('\n'));
  const spoilt = fc.array(fc.tuple(fc.nat(record.length - 1), fc.nat(255)), { maxLength: 8 }).map((changes) => {
    const bytes = Buffer.from(record);
    for (const [at, value] of changes) bytes[at] = value;
    return bytes;
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(shuffled, spoilt), async (bytes) => {
      for (const { intended, accepted, completed, saving, saved } of (await readBack(path, bytes)).values()) {
        for (const at of [intended.at, accepted?.at ?? 0, completed?.at ?? 0]) new Date(at).toISOString();
        expect(new URL(intended.server.base).protocol).toMatch(/^https?:$/);
        expect(accepted?.id ?? 'tsk_a').toMatch(/^[\w-]{1,128}$/);
        for (const index of [...Object.keys(saving), ...Object.keys(saved)]) expect(Number(index)).toBeLessThan(1000);
      }
    }),
    { numRuns: 150 },
  );
});

/** Another machine on which the run died with so much of the record written, and the pictures that it tells of there. */
async function died({ machine }: Recorded, written: string, atEnd: AtEnd): Promise<Machine> {
  const other = await newMachine(atEnd);
  // As after a power failure, when nobody knows whether a request left.
  const moved = written.replaceAll(machine.folder, other.folder).replaceAll(',"unsent":true', '');
  for (const { saved } of saidBy(moved.split('\n')).values()) {
    for (const { path } of Object.values(saved)) await copyFile(join(machine.folder, basename(path)), path);
  }
  const runs = join(other.home, '.local/state/runapi-imagen/runs');
  await mkdir(runs, { recursive: true });
  await writeFile(join(runs, 'a-b.nobody.jsonl'), moved);
  await cp(join(machine.home, '.local/state/runapi-imagen/identity'), join(runs, '../identity'), { recursive: true });
  return other;
}

/** Nothing is paid again, every file is whole, and then nothing is left to do. Answers the number of files. */
async function resumed(recorded: Recorded, written: string, atEnd: AtEnd): Promise<number> {
  const { service, machine } = recorded;
  const other = await died(recorded, written, atEnd);
  other.env.RUNAPI_BASE_URL = service.url; // where the request is damaged, the record does not tell it
  const { exitCode, stderr } = await run(other, ['resume', '--poll-interval', '20ms']);
  expect([exitCode, stderr, service.tasks.size]).toEqual([0, stderr, 2]);
  const files = await filesIn(other.folder);
  const wanted = await picturesIn(machine.folder);
  expect(wanted).toEqual(expect.arrayContaining(await picturesIn(other.folder)));
  const again = await run(other, ['resume']);
  expect([again.exitCode, again.stderr]).toEqual([0, 'Nothing to resume: every task has ended']);
  return files.length;
}

/** In text: names differ where the request is not known. */
async function picturesIn(folder: string): Promise<string[]> {
  return await Promise.all((await filesIn(folder)).map((name) => readFile(join(folder, name), 'latin1')));
}

test('resume ends well from a record that was cut anywhere', async () => {
  const recorded = await recordOfARun(onTestFinished);
  const text = recorded.record.toString('utf8');
  const cuts = Array.from({ length: 11 }, (_, index) => Math.round((text.length * (index + 0.4)) / 11));
  await inFours(cuts, async (cut) => {
    const begun = saidBy(text.slice(0, cut).split('\n')).size;
    expect(await resumed(recorded, text.slice(0, cut), onTestFinished)).toBe(begun);
  });
});

test('resume ends well from a record in any order', async () => {
  const recorded = await recordOfARun(onTestFinished);
  const [header = '', ...events] = linesOf(recorded.record);
  const orders = fc.sample(fc.shuffledSubarray(events, { minLength: 3, maxLength: events.length }), {
    numRuns: 4,
    seed: 5,
  });
  await inFours(orders, async (order) => {
    await resumed(recorded, [header, ...order].join('\n'), onTestFinished);
  });
});

async function inFours<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
    }),
  );
}
