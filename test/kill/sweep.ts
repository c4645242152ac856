import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { type PacedService, startPacedService } from './paced-service.ts';
import { type Death, drawsOf, type Life, planLives } from './plan.ts';
import { type Program, runUntil } from './run-until.ts';

/** What became of all lives together. */
export interface Tally {
  kills: number;
  /** Tasks that the service took, each charged once. */
  accepted: number;
  /** Tasks whose picture is on disk, whole, once. */
  whole: number;
  paidTwice: number;
  lost: number;
  /** What else is not as it should be: left files, wrong exit codes, a resume that never ends. */
  problems: string[];
}

/**
 * Ends the real program by SIGKILL at points spread over its whole life, runs it again until it says that nothing is
 * left to do, and counts what was paid and what is on disk. The same seed makes the same plans.
 */
export async function sweep(
  program: Program,
  { kills, atOnce, seed, onlyRemix }: { kills: number; atOnce: number; seed: number; onlyRemix?: boolean },
): Promise<Tally> {
  const tally: Tally = { kills: 0, accepted: 0, whole: 0, paidTwice: 0, lost: 0, problems: [] };
  const lives = planLives(drawsOf(seed), onlyRemix);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (tally.kills < kills) await live(program, lives.next().value as Life, tally);
    }),
  );
  return tally;
}

const mostRounds = 6;

async function live(program: Program, plan: Life, tally: Tally): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'runapi-imagen-kill-'));
  const service = await startPacedService(plan);
  const machine = { home: join(root, 'home'), folder: join(root, 'work') };
  await mkdir(machine.home);
  await mkdir(machine.folder);
  const rows = join(root, 'rows.txt');
  await writeFile(rows, Array.from({ length: plan.count }, (_, row) => `mug number ${row}\n`).join(''));
  const wish = plan.command === 'batch' ? ['batch', rows] : ['generate', 'a mug', '-n', String(plan.count)];
  const flags = ['--output', '{task}.{ext}', '--poll-interval', '15ms', '--base-url', service.url];
  const first = [...wish, ...flags, ...(plan.sidecar ? ['--sidecar'] : [])];
  if (plan.remix) {
    await writeFile(
      join(root, 'source.png'),
      encode({ width: 2, height: 1, data: new Uint8Array(6), channels: 3, depth: 8 }),
    );
    first.push('--image', join(root, 'source.png'));
  }
  const resume = ['resume', '--poll-interval', '15ms'];
  const told: string[] = [];
  let allowed = plan.count;

  async function step(words: string[], death?: Death): Promise<string> {
    const { killed, code, stderr } = await runUntil(program, machine, service, words, death);
    told.push(`${words[0]} ${JSON.stringify(death ?? 'to its end')}: ${killed ? 'killed' : `exit ${code}`}\n${stderr}`);
    if (killed) tally.kills += 1;
    else if (code !== 0) problem(`${words[0]} ended with exit code ${code}`);
    return stderr;
  }

  async function again(death?: Death): Promise<void> {
    if (plan.again === 'resume') return void (await step(resume, death));
    // Where everything was made before it was killed, the same command is a new wish; a batch knows what it made.
    if (plan.command === 'generate' && (await isAllThere(service, machine.folder))) allowed += plan.count;
    await step(first, death);
  }

  function problem(what: string): void {
    tally.problems.push(`${what}\n${JSON.stringify(plan)}\n${told.join('\n')}`);
  }

  try {
    for (const [position, death] of plan.deaths.entries()) {
      if (position === 0) await step(first, death);
      else await again(death);
    }
    await again();
    let rounds = 0;
    while (!(await step(resume)).includes('Nothing to resume') && rounds < mostRounds) rounds += 1;
    if (rounds === mostRounds) problem('resume never came to an end');
    await count(service, machine, { allowed, sidecar: plan.sidecar }, tally, problem);
  } finally {
    await service.close();
    await rm(root, { recursive: true, force: true });
  }
}

async function count(
  service: PacedService,
  machine: { home: string; folder: string },
  { allowed, sidecar }: { allowed: number; sidecar: boolean },
  tally: Tally,
  problem: (what: string) => void,
): Promise<void> {
  const left = new Set(await readdir(machine.folder));
  tally.accepted += service.tasks.size;
  tally.paidTwice += Math.max(0, service.tasks.size - allowed);
  if (service.tasks.size > allowed) problem(`${service.tasks.size} tasks were paid for ${allowed} wishes`);
  for (const { id, picture } of service.tasks.values()) {
    const name = fileName(id);
    const file = left.delete(name) ? await readFile(join(machine.folder, name)) : undefined;
    if (sidecar && !(left.delete(`${name}.json`) && (await tells(join(machine.folder, `${name}.json`), id))))
      problem(`${name} has no whole sidecar`);
    if (file?.equals(picture)) tally.whole += 1;
    else {
      tally.lost += 1;
      problem(file ? `${name} is not what the service sent` : `${name} is missing`);
    }
  }
  if (service.conflicts > 0) problem(`${service.conflicts} keys came with another body, or with a picture`);
  if (left.size > 0) problem(`left in the folder: ${[...left].join(', ')}`);
  const state = join(machine.home, '.local', 'state', 'runapi-imagen');
  const record = await readdir(state, { recursive: true }).catch(() => []); // killed before it was made
  const open = record.filter((name) => name.endsWith('.part') || name.startsWith(join('runs', '/')));
  if (open.length > 0) problem(`left in the record: ${open.join(', ')}`);
}

async function isAllThere(service: PacedService, folder: string): Promise<boolean> {
  const files = await readdir(folder);
  return service.tasks.size > 0 && [...service.tasks.values()].every(({ id }) => files.includes(fileName(id)));
}

async function tells(sidecar: string, id: string): Promise<boolean> {
  return JSON.parse(await readFile(sidecar, 'utf8')).task_id === id;
}

/** As the template `{task}.{ext}` names it. */
function fileName(id: string): string {
  return `${id.replace('tsk_', '')}.png`;
}
