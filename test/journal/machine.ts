import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Files, nodeFiles } from '../../src/disk/files.ts';
import type { Event } from '../../src/journal/event.ts';
import { type Journal, openJournal } from '../../src/journal/journal.ts';
import type { LeftRun } from '../../src/journal/left-runs.ts';
import type { Owner } from '../../src/journal/owner.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';

/** A state folder, and any number of processes that keep their record in it. */
export interface Records {
  folder: string;
  clock: FakeClock;
  /** What the processes warned of. */
  warnings: string[];
  /** A process with this number, of this machine unless another is named. It is alive until `end`. */
  process(pid: number, host?: string, files?: Files): Journal;
  end(pid: number): void;
}

/** Removed when the test is over. */
export async function newRecords(): Promise<Records> {
  const root = await mkdtemp(join(tmpdir(), 'runapi-imagen-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const clock = fakeClock(Date.now());
  /** What each living process does over and over. */
  const alive = new Map<number, () => void>();
  const warnings: string[] = [];
  const folder = join(root, 'state');
  clock.onWait = () => {
    for (const tick of alive.values()) tick();
  };
  return {
    folder,
    clock,
    warnings,
    process(pid, host = here, files = nodeFiles) {
      alive.set(pid, () => undefined);
      function every(_: number, tick: () => void): () => void {
        alive.set(pid, tick);
        return () => undefined;
      }
      const journal = openJournal({
        folder,
        owner: ownerOf(pid, host),
        clock: { ...clock, every },
        files,
        version: '1.0.0',
        probe(asked) {
          if (!alive.has(asked)) throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
        },
        warn: (text) => warnings.push(text),
        lost: (error) => warnings.push(`lost: ${error}`),
      });
      onTestFinished(() => journal.close());
      return journal;
    },
    end: (pid) => void alive.delete(pid),
  };
}

/** A process number that no machine gives. */
export const somePid = 2 ** 22 + 1;
export const here = 'aaaa';
export const elsewhere = 'bbbb';

export function ownerOf(pid: number, host = here): Owner {
  return { pid, start: '7', host };
}

export async function deadRuns(journal: Journal): Promise<LeftRun[]> {
  return (await journal.left({ letGo: true, tidy: true })).runs.filter(({ life }) => life === 'dead');
}

/** The keys of all tasks that dead runs left. */
export async function leftKeys(journal: Journal): Promise<string[]> {
  return (await deadRuns(journal)).flatMap(({ entries }) => [...entries.keys()]).sort();
}

type Intended = Extract<Event, { event: 'intended' }>;

export function intended(key: string, at: number, more: Partial<Intended> = {}): Intended {
  return {
    event: 'intended',
    key,
    at,
    server: { base: 'https://runapi.ai', sandbox: false },
    request: { model: 'imagen-4', prompt: 'a mug' },
    target: { folder: '/tmp', output: '', existing: 'rename', index: 1 },
    ...more,
  };
}

export function accepted(key: string, at: number): Event {
  return { event: 'accepted', key, at, id: `tsk_${key}`, dialect: 'guide', replayed: false, cost: null };
}

export function ended(key: string, at: number): Event {
  return { event: 'ended', key, at, how: 'saved' };
}

/** A file of the record as another version or another hand would have left it. */
export async function put(records: Records, name: string, lines: readonly unknown[]): Promise<string> {
  for (const place of ['runs', 'done']) await mkdir(join(records.folder, place), { recursive: true });
  const path = join(records.folder, name);
  await writeFile(path, linesOf(lines));
  return path;
}

export function linesOf(lines: readonly unknown[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}
