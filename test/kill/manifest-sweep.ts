import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPacedService } from './paced-service.ts';
import { type Death, drawsOf } from './plan.ts';
import { type Program, runUntil } from './run-until.ts';

/** What became of all manifests together. */
export interface ManifestTally {
  kills: number;
  accepted: number;
  paidTwice: number;
  /** Tasks of which the picture or the line of the lock is missing in the end. */
  lost: number;
  /** Lock files that could not be read after a kill. */
  torn: number;
  problems: string[];
}

const pictures = 3;

/**
 * Ends runs with a lock file by SIGKILL, changes a prompt in between, and runs again until all is made. Counts what was
 * paid, what is on disk and in the lock, and reads the lock after each kill.
 */
export async function sweepManifests(
  program: Program,
  { kills, atOnce, seed }: { kills: number; atOnce: number; seed: number },
): Promise<ManifestTally> {
  const tally: ManifestTally = { kills: 0, accepted: 0, paidTwice: 0, lost: 0, torn: 0, problems: [] };
  const draw = drawsOf(seed);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (tally.kills < kills) await live(program, draw, tally);
    }),
  );
  return tally;
}

function planDeath(draw: () => number): Death {
  const upTo = (most: number): number => 1 + Math.floor(draw() * most);
  const kind = draw();
  if (kind < 0.35) return { at: 'point', number: upTo(60), registers: draw() < 0.5 };
  if (kind < 0.85) return { at: 'step', number: upTo(150), when: draw() < 0.5 ? 'before' : 'after' };
  return { at: 'time', milliseconds: Math.round(draw() * 700) };
}

async function live(program: Program, draw: () => number, tally: ManifestTally): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'runapi-imagen-kill-'));
  const machine = { home: join(root, 'home'), folder: join(root, 'work') };
  await mkdir(machine.home);
  await mkdir(machine.folder);
  const service = await startPacedService();
  const words = ['batch', 'images.yaml', '--lock', '--poll-interval', '15ms', '--base-url', service.url];
  const lock = join(machine.folder, 'images.lock.jsonl');
  const told: string[] = [];

  async function step(death?: Death): Promise<number | null> {
    const { killed, code, stderr } = await runUntil(program, machine, service, words, death);
    told.push(`${JSON.stringify(death ?? 'to its end')}: ${killed ? 'killed' : `exit ${code}`}\n${stderr}`);
    if (killed) tally.kills += 1;
    try {
      await readLock(lock);
    } catch (error) {
      tally.torn += 1;
      tally.problems.push(`the lock is torn: ${error}\n${told.join('\n')}`);
    }
    return code;
  }

  try {
    let allowed = 0;
    for (const changed of ['', ' again']) {
      await writeFile(join(machine.folder, 'images.yaml'), manifest(changed));
      allowed += changed === '' ? pictures : 1;
      await step(planDeath(draw));
      if (draw() < 0.5) await step(planDeath(draw));
      const code = await step();
      if (code !== 0) tally.problems.push(`exit code ${code}\n${told.join('\n')}`);
    }
    tally.paidTwice += Math.max(0, service.tasks.size - allowed);
    tally.accepted += service.tasks.size;
    const lines = await readLock(lock);
    const byId = new Map([...service.tasks.values()].map((task) => [task.id, task]));
    for (const { output, task } of lines) {
      const file = await readFile(join(machine.folder, output)).catch(() => undefined);
      if (!file?.equals(byId.get(task)?.picture ?? Buffer.alloc(0))) {
        tally.lost += 1;
        tally.problems.push(`${output} is not the picture of ${task}\n${told.join('\n')}`);
      }
    }
    tally.lost += Math.max(0, pictures - lines.length);
    const expected = ['images.lock.jsonl', 'images.yaml', ...lines.map(({ output }) => output)].sort();
    const found = (await readdir(machine.folder)).sort();
    if (service.tasks.size !== allowed || found.join() !== expected.join() || lines.length !== pictures)
      tally.problems.push(`${service.tasks.size} of ${allowed} tasks; ${found.join(' ')}\n${told.join('\n')}`);
  } finally {
    await service.close();
    await rm(root, { recursive: true, force: true });
  }
}

function manifest(changed: string): string {
  const entries = Array.from(
    { length: pictures },
    (_, index) => `  - {output: mug-${index}.png, prompt: mug ${index}${index === 1 ? changed : ''}}\n`,
  );
  return `pictures:\n${entries.join('')}`;
}

async function readLock(path: string): Promise<Array<{ output: string; task: string }>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text !== '' && !text.endsWith('\n')) throw new Error('its last line has no end');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
