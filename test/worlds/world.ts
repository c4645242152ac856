import { seeded } from '../bench/pace-simulation.ts';
import { createDisk } from './disk.ts';
import { type DiskFault, type Fate, type Machine, type SimulatedProcess, startProcess } from './process.ts';
import { createService, type Task } from './service.ts';
import { enter } from './system-calls.ts';
import { createTurns, outside } from './turns.ts';

/** What became of a world. */
export interface World {
  seed: number;
  /** What broke the promise; empty where it was kept. */
  broken: string[];
  /** What happened, and what each process said. */
  trace: string[];
  /** For the figures at the end. */
  seen: { processes: number; tasks: number; faults: number; fates: number };
}

const [second, hour, day] = [1000, 3_600_000, 24 * 3_600_000];
/** Something that is wanted: one picture, or a file of them. */
interface Job {
  argv: string[];
  prompts: string[];
  isBatch: boolean;
  processes: SimulatedProcess[];
  /** How many times each of its pictures may be charged for. */
  allowed: number;
}

/** Lives one world to its end. The same seed makes the same world. */
export async function live(seed: number, { isFenceless = false } = {}): Promise<World> {
  const random = seeded(seed);
  const chance = (of: number): boolean => random() < of;
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

  const trace: string[] = [];
  const broken: string[] = [];
  const turns = createTurns(random);
  const log = (text: string): void => void trace.push(`${(turns.now() / 1000).toFixed(2).padStart(10)}  ${text}`);
  const disk = createDisk(() => turns.now() + 1e12, { hasLinks: chance(0.8) });
  const trouble = oneOf([0, 0, 0.1, 0.3]);
  const service = createService(
    { turns, random, log },
    {
      dialect: oneOf(['guide', 'service']),
      longestTaskMs: oneOf([5 * second, 60 * second, 300 * second]),
      trouble,
      badTasks: oneOf([0, 0, 0.2]),
    },
  );
  const skewMs = oneOf([0, 60 * second, 100 * day]);
  const machines: Machine[] = ['a', 'b', 'c'].map((name) => ({
    name,
    bootId: `${seed} ${name}`,
    skewMs: oneOf([0, skewMs, -skewMs]),
    hasProc: chance(0.8),
    processes: [],
  }));
  const environment = { turns, service, random, log };
  const caller = (): SimulatedProcess | undefined => {
    const actor = turns.current();
    return actor && 'machine' in actor ? (actor as SimulatedProcess) : undefined;
  };
  const diskTrouble = oneOf([0, 0, 0.5]);
  const all: SimulatedProcess[] = [];
  let fatesMet = 0;
  let hasResent = false;

  function fatesOf(): Fate[] {
    if (chance(0.3)) return [];
    fatesMet += 1;
    const what = oneOf(['killed', 'frozen', 'frozen', 'interrupted'] as const);
    const forMs = oneOf([5 * second, 40 * second, 120 * second, Number.POSITIVE_INFINITY]);
    return [{ step: 1 + upTo(oneOf([50, 200])), what, forMs }];
  }

  function faultsOf(): DiskFault[] {
    if (!chance(diskTrouble)) return [];
    const code = oneOf(['EIO', 'ESTALE', 'EMFILE', 'ENOSPC', 'EDQUOT'] as const);
    return [{ step: 1 + upTo(150), calls: oneOf([1, 3, 20, 1000]), code }];
  }

  function start(argv: readonly string[], machine: Machine, troubled = true): SimulatedProcess {
    const trouble = troubled ? { fates: fatesOf(), faults: faultsOf() } : {};
    const one = startProcess(environment, machine, [...argv, '--json'], trouble);
    all.push(one);
    return one;
  }

  const wait = (milliseconds: number): Promise<void> => turns.wait(outside, milliseconds, () => undefined);

  async function waitFor(one: SimulatedProcess, milliseconds: number): Promise<void> {
    await Promise.race([one.ended, wait(milliseconds)]);
  }

  function jobs(): Job[] {
    return Array.from({ length: 1 + upTo(2) }, (_, number) => {
      const isBatch = chance(0.6);
      if (!isBatch) {
        const prompts = [`mug ${number}`];
        return { argv: ['generate', ...prompts], prompts, isBatch, processes: [], allowed: 0 };
      }
      const prompts = Array.from({ length: 2 + upTo(2) }, (_, row) => `row ${number}-${row}`);
      write(`/sim/shots/rows-${number}.txt`, `${prompts.join('\n')}\n`);
      const argv = ['batch', `rows-${number}.txt`, '--concurrency', String(1 + upTo(3))];
      return { argv, prompts, isBatch, processes: [], allowed: 1 };
    });
  }

  function write(path: string, text: string): void {
    const file = disk.open(path, 'w', 'user');
    disk.write(file, Buffer.from(text));
    disk.close(file);
  }

  /** The same rows in another share, or the same picture without waiting for it. */
  function variant({ isBatch }: Job): string[] {
    if (chance(0.8)) return [];
    return isBatch ? ['--shard', oneOf(['1/2', '2/2'])] : ['--no-wait'];
  }

  function isSaved({ prompts }: Job): boolean {
    const tasks = service.tasks.filter(({ prompt }) => prompts.includes(prompt));
    return disk.list('/sim/shots').some((name) => tasks.some(({ id }) => name.endsWith(`-${id.slice(4)}.gif`)));
  }

  /** Somebody calls the program for a job, over and over, and lets some calls overlap. */
  async function pursue(job: Job): Promise<void> {
    await wait(random() * 5 * second);
    for (let call = 0; call <= upTo(3); call++) {
      const machine = oneOf(machines);
      const isForJob = chance(0.85);
      const one = start(isForJob ? [...job.argv, ...variant(job)] : ['resume'], machine);
      if (isForJob) {
        const isBeside = job.processes.some((other) => other.state !== 'dead');
        // Asked for twice on purpose, or again after all was done or let go, a picture is bought twice.
        const isDone = job.processes.some(({ argv, exitCode }) => exitCode === 0 || argv.includes('--no-wait'));
        if (!job.isBatch && (job.allowed === 0 || isBeside || isDone || isSaved(job))) job.allowed += 1;
        job.processes.push(one);
      }
      if (chance(0.1)) machine.skewMs = oneOf([0, skewMs, -skewMs]);
      if (chance(0.7)) await waitFor(one, oneOf([30, 200, 1200]) * second);
      else await wait(random() * 10 * second);
    }
  }

  /** Everybody is well again, and does what is to be done until nothing is left. */
  async function mend(wanted: readonly Job[]): Promise<void> {
    for (const one of all.filter(({ state }) => state === 'frozen')) {
      if (chance(0.5)) one.revive();
      else one.kill();
    }
    for (const one of all) {
      await waitFor(one, hour);
      if (one.state === 'running') broken.push(`${one.name} never ends (${one.argv.join(' ')})`);
      one.kill();
    }
    if (chance(0.2)) await wait(oneOf([2 * day, 8 * day]));
    service.heal();
    log('all is well from now on');
    const machine = oneOf(machines);
    for (const job of wanted.filter(({ isBatch }) => isBatch)) {
      const one = start(job.argv, machine, false);
      await waitFor(one, hour);
      job.processes.push(one);
    }
    for (let round = 0; round < 3; round++) {
      const one = start(['resume', '--all', ...(round === 0 ? [] : ['--resend'])], machine, false);
      await waitFor(one, hour);
      hasResent ||= round > 0 && !one.stderr.includes('Nothing to resume');
      if (one.exitCode === 0 && one.stderr.includes('Nothing to resume')) return;
      if (round === 2) broken.push(`resume does not come to an end (exit ${one.exitCode}): ${one.stderr}`);
    }
  }

  function check(wanted: readonly Job[]): void {
    const saved = new Map<string, string[]>();
    for (const name of disk.list('/sim/shots').filter(isPicture)) {
      const content = disk.contentOf(`/sim/shots/${name}`) ?? Buffer.alloc(0);
      const task = service.tasks.find(({ picture }) => picture.equals(content));
      if (!task) broken.push(`${name} is no picture of a task`);
      else saved.set(task.id, [...(saved.get(task.id) ?? []), name]);
    }
    for (const task of service.tasks) checkTask(task, saved.get(task.id) ?? []);
    for (const job of wanted) checkJob(job);
    for (const one of all) checkProcess(one);
  }

  /** An empty file that tried out the folder may be left where it could not be removed. */
  function isPicture(name: string): boolean {
    return !name.endsWith('.txt') && !(name.endsWith('.part') && disk.stat(`/sim/shots/${name}`)?.size === 0);
  }

  function checkTask({ id, key, fails, isGone, createdAt }: Task, files: readonly string[]): void {
    // A picture that the disk refuses to read is fetched once more.
    const isUnreadable = trace.some((line) => files.some((name) => line.endsWith(`(read ${name})`)));
    if (files.length > 1 && !isUnreadable) broken.push(`${id} is saved ${files.length} times: ${files.join(', ')}`);
    if (files.length > 0 || fails) return;
    // The service had forgotten the key, and somebody sent it again, being told that it may be paid for twice.
    if (hasResent && service.tasks.findLast((task) => task.key === key)?.id !== id) return;
    const isTold = all.some(({ stdout, stderr }) => (stdout + stderr).includes(id));
    const mayBeGone = isGone || turns.now() - createdAt > 7 * day;
    if (!mayBeGone || !isTold) broken.push(`${id} is charged for, and ${isTold ? 'not saved' : 'lost'}`);
  }

  function checkJob({ argv, prompts, allowed }: Job): void {
    for (const prompt of prompts) {
      const charged = service.tasks.filter((task) => task.prompt === prompt && !task.fails && !task.isGone).length;
      if (charged > allowed + (hasResent ? 1 : 0))
        broken.push(`"${prompt}" is charged for ${charged} times, not ${allowed} (${argv[0]})`);
    }
  }

  function checkProcess({ name, argv, exitCode, faults, stderr }: SimulatedProcess): void {
    if ((exitCode === 1 && faults === 0) || stderr.includes('TypeError'))
      broken.push(`${name} (${argv.join(' ')}) exits ${exitCode}: ${stderr}`);
  }

  for (const folder of ['/sim', '/sim/shots', '/sim/home']) disk.makeFolder(folder);
  enter({ disk, caller, random, isFenceless });
  try {
    await turns.run(async () => {
      const wanted = jobs();
      await Promise.all(wanted.map(pursue));
      await mend(wanted);
      check(wanted);
    });
  } catch (error) {
    broken.push(String(error instanceof Error ? error.stack : error));
  } finally {
    enter(undefined);
  }
  const outputs = all.map(({ name, stdout, stderr }) => `\n${name} said:\n${stdout}${stderr}`);
  const faults = all.reduce((sum, one) => sum + one.faults, 0);
  return {
    seed,
    broken,
    trace: [...trace, ...outputs],
    seen: { processes: all.length, tasks: service.tasks.length, faults, fates: fatesMet },
  };
}
