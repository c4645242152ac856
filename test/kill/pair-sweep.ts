import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type PacedService, startPacedService } from './paced-service.ts';
import { drawsOf } from './plan.ts';
import { type Fault, type Pair, planPairs, type Strike } from './plan-pairs.ts';

/** What became of all lives together. A life is one record with two processes on it, and what comes after them. */
export interface PairTally {
  lives: number;
  processes: number;
  /** Processes that were killed, or frozen and revived, or met a fault of the disk. */
  killed: number;
  frozen: number;
  faulty: number;
  accepted: number;
  whole: number;
  lost: number;
  paidTwice: number;
  /** Files that hold something else than what the service sent. */
  torn: number;
  /** Processes that did not end by themselves, and records that never came to an end. */
  blocked: number;
  problems: string[];
}

interface Program {
  bin: string;
  /** The file that plants faults. */
  harm: string;
}

/** Leases, beats and retries pass so many times as fast. */
const faster = 10;
const longestLifeMs = 90_000;
const mostRounds = 6;
const poll = ['--poll-interval', '150ms'];

/**
 * Lets two real processes work on one record, kills or freezes them, has their disk fail, runs the command again until
 * nothing is left to do, and counts what was paid and what is on disk. The same seed makes the same plans.
 */
export async function sweepPairs(
  program: Program,
  { lives, atOnce, seed, only }: { lives: number; atOnce: number; seed: number; only?: number | undefined },
): Promise<PairTally> {
  const counts = { lives: 0, processes: 0, killed: 0, frozen: 0, faulty: 0 };
  const tally: PairTally = {
    ...counts,
    accepted: 0,
    whole: 0,
    lost: 0,
    paidTwice: 0,
    torn: 0,
    blocked: 0,
    problems: [],
  };
  const plans = planPairs(drawsOf(seed));
  let started = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (started < lives) {
        started += 1;
        const number = started;
        const plan = plans.next().value as Pair;
        if (only === undefined || only === number) await live(program, plan, number, tally);
      }
    }),
  );
  return tally;
}

async function live(program: Program, plan: Pair, number: number, tally: PairTally): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'runapi-imagen-kill-'));
  const service = await startPacedService();
  const home = join(root, 'home');
  const folder = join(root, 'work');
  await mkdir(home);
  await mkdir(folder);
  const rows = join(folder, 'rows.txt');
  await writeFile(rows, Array.from({ length: plan.count }, (_, row) => `mug number ${row}\n`).join(''));
  const told: string[] = [];
  const endedByItself = new Set<string | undefined>();
  const flags = ['--output', '{task}.{ext}', ...poll, '--base-url', service.url];
  const first =
    plan.command === 'batch' ? ['batch', rows, ...flags] : ['generate', 'a mug', '-n', String(plan.count), ...flags];
  const resume = ['resume', ...poll];

  function problem(what: string): void {
    tally.problems.push(`life ${number}: ${what}\n${JSON.stringify(plan)}\n${told.join('\n')}`);
  }

  /** Starts a process; `strike` says what happens to it, `host` on which machine it is. */
  function start(words: string[], host: string, strike: Strike | undefined, faults: readonly Fault[]): Life {
    tally.processes += 1;
    if (faults.length > 0) tally.faulty += 1;
    const stopAt = strike?.kind === 'freeze' && strike.at === 'call' ? strike.number : 0;
    const harm = JSON.stringify({ root, faster, host: `${host}-${number}`, stopAt, faults });
    const child = spawn(process.execPath, ['--import', pathToFileURL(program.harm).href, program.bin, ...words], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: home, RUNAPI_API_KEY: 'rk_test_0123456789abcdef', HARM: harm },
    });
    return watch(child, `${host}: ${words[0]}`);
  }

  function watch(child: ChildProcess, name: string): Life {
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const isFrozen = new Promise<void>((resolve) => child.stdio[3]?.once('data', () => resolve()));
    const timer = setTimeout(() => {
      tally.blocked += 1;
      problem(`${name} did not end in ${longestLifeMs / 1000} s`);
      child.kill('SIGKILL');
    }, longestLifeMs);
    const ended = new Promise<number | null>((resolve) =>
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        if (!signal) endedByItself.add(String(child.pid));
        told.push(`${name}: ${signal ?? `exit ${code}`}\n${stderr}`);
        resolve(code);
      }),
    );
    return {
      ended,
      isFrozen,
      says: () => stderr,
      signal: (signal) => void child.kill(signal),
      revive() {
        const again = setInterval(() => child.kill('SIGCONT'), 100); // it may be about to freeze
        void ended.then(() => clearInterval(again));
      },
      isOver: () => child.exitCode !== null || child.signalCode !== null,
    };
  }

  /** Resolves when the strike has hit the process, or it has ended. */
  async function strike(life: Life, how: Strike | undefined): Promise<void> {
    if (!how) return void (await life.ended);
    const signal = how.kind === 'kill' ? 'SIGKILL' : how.kind === 'freeze' ? 'SIGSTOP' : undefined;
    if (how.at === 'point') await Promise.race([life.ended, pointsFrom(service, how.number)]);
    if (how.at === 'time') await Promise.race([life.ended, wait(how.milliseconds)]);
    if (how.at === 'call') await Promise.race([life.ended, life.isFrozen]);
    if (life.isOver() || !signal) return;
    if (how.at !== 'call') life.signal(signal);
    if (signal === 'SIGKILL') tally.killed += 1;
    else tally.frozen += 1;
  }

  async function isAllThere(): Promise<boolean> {
    const files = await readdir(folder);
    return (
      service.tasks.size >= plan.count && [...service.tasks.values()].every(({ id }) => files.includes(fileName(id)))
    );
  }

  try {
    const a = start(first, 'north', plan.first, plan.firstFaults);
    await strike(a, plan.first);
    const second = plan.command === 'batch' && plan.second === 'the same' ? first : resume;
    const b = start(second, plan.far ? 'south' : 'north', plan.secondStrike, plan.secondFaults);
    const struck = strike(b, plan.secondStrike);
    // The frozen one comes to life again in the middle of the other's work, or after it.
    if (plan.first?.kind === 'freeze') {
      await Promise.race([
        b.ended,
        plan.reviveAfter === 'end' ? b.ended : pointsFrom(service, plan.reviveAfter),
        wait(8000),
      ]);
      if (plan.killFrozen) a.signal('SIGKILL');
      a.revive();
    }
    await struck;
    if (plan.secondStrike?.kind === 'freeze') {
      await Promise.race([a.ended, wait(2000)]);
      b.revive();
    }
    for (const [life, words] of [
      [a, first],
      [b, second],
    ] as const) {
      const code = await life.ended;
      if (code === 0 && words === first && plan.command === 'batch' && !(await isAllThere()))
        problem(`${life === a ? 'the first' : 'the second'} ended with exit code 0, but not every picture is there`);
    }

    let code = 0;
    let said = '';
    for (let round = 0; round < mostRounds && !said.includes('Nothing to resume'); round++) {
      const words = plan.command === 'batch' && round === 0 ? first : resume;
      const life = start(words, 'north', undefined, []);
      code = (await life.ended) ?? -1;
      said = life.says();
      if (code !== 0) problem(`${words[0]} without any fault ended with exit code ${code}`);
    }
    if (!said.includes('Nothing to resume')) {
      tally.blocked += 1;
      problem('resume never came to an end');
    }
    await count();
  } finally {
    service.onPoint = () => true;
    await service.close();
    await rm(root, { recursive: true, force: true });
    tally.lives += 1;
  }

  async function count(): Promise<void> {
    const { size } = service.tasks;
    tally.accepted += size;
    tally.paidTwice += Math.max(0, size - plan.count);
    if (size > plan.count) problem(`${size} tasks were paid for ${plan.count} wishes`);
    if (plan.command === 'batch' && size < plan.count) problem(`only ${size} of ${plan.count} rows were bought`);
    const names = await readdir(folder);
    const files = new Map(
      await Promise.all(
        names
          .filter((name) => name.endsWith('.png'))
          .map(async (name) => [name, await readFile(join(folder, name))] as const),
      ),
    );
    for (const { id, picture } of service.tasks.values()) {
      const copies = [...files].filter(([, bytes]) => bytes.equals(picture));
      for (const [name] of copies) files.delete(name);
      if (copies.length > 0) tally.whole += 1;
      else {
        tally.lost += 1;
        problem(`the picture of ${id} is missing`);
      }
      // A revived process may have saved again what its key brought: that was not paid twice.
      if (copies.length > 1 && !hasFaults() && !isFrozen(plan))
        problem(`the picture of ${id} is there ${copies.length} times`);
    }
    tally.torn += files.size;
    if (files.size > 0) problem(`not what the service sent: ${[...files.keys()].join(', ')}`);
    if (service.conflicts > 0) problem(`${service.conflicts} keys came with another body`);
    const parts = names.filter((name) => name.endsWith('.part'));
    if (parts.length > 0 && !hasFaults()) problem(`left in the folder: ${parts.join(', ')}`);
    const state = join(home, '.local', 'state', 'runapi-imagen');
    const record = await readdir(state, { recursive: true }).catch(() => []);
    const left: string[] = [];
    for (const name of record.filter((each) => /^(runs|digests)\W./.test(each))) {
      // Of another machine's run without a task nobody here knows whether one is about to come.
      const lines = plan.far ? (await readFile(join(state, name), 'utf8')).split('\n').filter(Boolean) : undefined;
      if (lines?.length !== 1) left.push(name);
    }
    // The sign and the claim of one that was killed stay until another process clears them away.
    const ofEnded = record.filter(
      (name) => /^(alive|claims)\W/.test(name) && endedByItself.has(/(\d+)-\d+-\w+(\.|$)/.exec(name)?.[1]),
    );
    if (!hasFaults()) left.push(...ofEnded);
    if (left.length > 0) problem(`left in the record: ${left.join(', ')}`);
  }

  function hasFaults(): boolean {
    return plan.firstFaults.length + plan.secondFaults.length > 0;
  }
}

function isFrozen({ first, secondStrike }: Pair): boolean {
  return first?.kind === 'freeze' || secondStrike?.kind === 'freeze';
}

interface Life {
  ended: Promise<number | null>;
  /** Resolves when it has frozen itself. */
  isFrozen: Promise<void>;
  says(): string;
  signal(signal: NodeJS.Signals): void;
  revive(): void;
  isOver(): boolean;
}

/** Resolves at the n-th point of the service's talk from now on. */
function pointsFrom(service: PacedService, number: number): Promise<void> {
  return new Promise((resolve) => {
    const before = service.onPoint;
    let points = 0;
    service.onPoint = (point) => {
      points += 1;
      if (points === number) resolve();
      return before(point);
    };
  });
}

function fileName(id: string): string {
  return `${id.replace('tsk_', '')}.png`;
}
