import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Event } from '../../src/journal/event.ts';
import { type Journal, openJournal } from '../../src/journal/journal.ts';
import type { Owner } from '../../src/journal/owner.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';

/** A state folder, and any number of processes that keep their record in it. */
export interface Records {
  folder: string;
  clock: FakeClock;
  /** What could not be read. */
  unreadable: string[];
  /** A process with this number, of this machine unless another is named. It is alive until `end`. */
  process(pid: number, host?: string): Journal;
  end(pid: number): void;
}

/** Removed when the test is over. */
export async function newRecords(random: () => number = () => 0.5): Promise<Records> {
  const root = await mkdtemp(join(tmpdir(), 'runapi-imagen-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const clock = fakeClock(Date.now(), random);
  const alive = new Set<number>();
  const unreadable: string[] = [];
  const folder = join(root, 'state');
  return {
    folder,
    clock,
    unreadable,
    process(pid, host = 'aaaa') {
      alive.add(pid);
      const owner: Owner = { pid, start: '7', host };
      const journal = openJournal({
        folder,
        owner,
        clock,
        version: '1.0.0',
        probe(asked) {
          if (!alive.has(asked)) throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
        },
        unreadable: (path) => unreadable.push(path),
      });
      onTestFinished(() => journal.close());
      return journal;
    },
    end: (pid) => void alive.delete(pid),
  };
}

/** A process number that no machine gives. */
export const somePid = 2 ** 22 + 1;

export function intended(key: string, at: number): Event {
  return {
    event: 'intended',
    key,
    at,
    server: { base: 'https://runapi.ai', sandbox: false },
    request: { model: 'imagen-4', prompt: 'a mug' },
    target: { folder: '/tmp', output: '', existing: 'rename', index: 1 },
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
  await writeFile(
    path,
    lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  );
  return path;
}
