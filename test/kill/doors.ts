import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { type PacedService, startPacedService } from './paced-service.ts';
import { type Death, drawsOf, planDeath } from './plan.ts';
import { type Program, runUntil } from './run-until.ts';
import type { Tally } from './sweep.ts';

/** The programs that are killed: the command line, and the package as programs import it. */
export interface Doors extends Program {
  library: string;
}

const pictures = 3;
const mostRounds = 8;
const key = 'rk_test_0123456789abcdef';

/** Ends `serve` and programs that import the package by SIGKILL at points spread over their whole lives. */
export async function sweepDoors(
  doors: Doors,
  { kills, atOnce, seed }: { kills: number; atOnce: number; seed: number },
): Promise<Tally> {
  const tally: Tally = { kills: 0, accepted: 0, whole: 0, paidTwice: 0, lost: 0, problems: [] };
  const draw = drawsOf(seed);
  let lives = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (tally.kills < kills) {
        lives += 1;
        const deaths = Array.from({ length: 1 + (lives % 3) }, (_, nth) => planDeath(draw, pictures, nth));
        await live(doors, lives % 2 === 0 ? serveUntil : programUntil, deaths, tally);
      }
    }),
  );
  return tally;
}

interface Machine {
  home: string;
  folder: string;
}

/** Has the wanted pictures made until it dies; tells whether it was killed, and what went wrong otherwise. */
type Door = (
  doors: Doors,
  machine: Machine,
  service: PacedService,
  wanted: Set<string>,
  death: Death | undefined,
) => Promise<{ killed: boolean; told: string }>;

async function live(doors: Doors, door: Door, deaths: readonly Death[], tally: Tally): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'runapi-imagen-kill-'));
  const service = await startPacedService();
  const machine = { home: join(root, 'home'), folder: join(root, 'work') };
  await mkdir(machine.home);
  await mkdir(machine.folder);
  const wanted = new Set(Array.from({ length: pictures }, (_, index) => `mug number ${index}`));
  const told: string[] = [];
  const problem = (what: string): void =>
    void tally.problems.push(`${what}\n${door.name} ${JSON.stringify(deaths)}\n${told.join('\n')}`);
  try {
    for (let round = 0; wanted.size > 0 && round < mostRounds; round++) {
      const { killed, told: said } = await door(doors, machine, service, wanted, deaths[round]);
      told.push(`${JSON.stringify(deaths[round] ?? 'to its end')}: ${killed ? 'killed' : 'ended'}\n${said}`);
      if (killed) tally.kills += 1;
    }
    if (wanted.size > 0) problem(`never had: ${[...wanted].join(', ')}`);
    tally.accepted += service.tasks.size;
    const twice = Math.max(0, service.tasks.size - pictures);
    tally.paidTwice += twice;
    if (twice > 0) problem(`${service.tasks.size} tasks were paid for ${pictures} wishes`);
    const left = new Set(
      (await readdir(machine.folder)).filter((name) => name.endsWith('.png') || name.endsWith('.part')),
    );
    for (const { id, picture } of service.tasks.values()) {
      const name = `${id.replace('tsk_', '')}.png`;
      const file = left.delete(name) ? await readFile(join(machine.folder, name)) : undefined;
      if (file?.equals(picture)) tally.whole += 1;
      else {
        tally.lost += 1;
        problem(file ? `${name} is not what the service sent` : `${name} is missing`);
      }
    }
    if (left.size > 0) problem(`left in the folder: ${[...left].join(', ')}`);
  } finally {
    await service.close();
    await rm(root, { recursive: true, force: true });
  }
}

/** A batch in a program: run again under its name, it makes what is missing. */
async function programUntil(
  { library, dieAtStep }: Doors,
  machine: Machine,
  service: PacedService,
  wanted: Set<string>,
  death: Death | undefined,
): Promise<{ killed: boolean; told: string }> {
  const bin = join(machine.folder, 'program.mjs');
  const requests = JSON.stringify([...wanted].map((prompt) => ({ prompt })));
  await writeFile(
    bin,
    `import { createImagen } from ${JSON.stringify(pathToFileURL(library).href)};
const imagen = createImagen({ baseUrl: ${JSON.stringify(service.url)} });
for await (const { error } of imagen.batch(${requests}, { name: 'mugs', output: '{task}.{ext}' })) if (error) throw error;
await imagen.close();
`,
  );
  const { killed, code, stderr } = await runUntil({ bin, dieAtStep }, machine, service, [], death);
  if (!killed && code === 0) wanted.clear();
  return { killed, told: stderr };
}

/** A client that sends each request again until it has the answer, and a server that is started again. */
async function serveUntil(
  { bin, dieAtStep }: Doors,
  machine: Machine,
  service: PacedService,
  wanted: Set<string>,
  death: Death | undefined,
): Promise<{ killed: boolean; told: string }> {
  const dying = death?.at === 'step' && ['--import', pathToFileURL(dieAtStep).href];
  const flags = [
    '--port',
    '0',
    '--json',
    '--output',
    '{task}.{ext}',
    '--poll-interval',
    '15ms',
    '--base-url',
    service.url,
  ];
  const child = spawn(process.execPath, [...(dying || []), bin, 'serve', ...flags], {
    cwd: machine.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: machine.home,
      RUNAPI_API_KEY: key,
      ...(death?.at === 'step' && { DIE_AT_STEP: String(death.number), DIE_WHEN: death.when }),
    },
  });
  const ended = new Promise<string | null>((resolve) => child.once('close', (_, signal) => resolve(signal)));
  let points = 0;
  service.onPoint = (point) => {
    points += 1;
    if (death?.at !== 'point' || points < death.number) return true;
    if (points === death.number) child.kill('SIGKILL');
    return death.registers && point === 'POST text_to_image arrived';
  };
  const timer = setTimeout(() => child.kill('SIGKILL'), death?.at === 'time' ? death.milliseconds * 2 : 60_000);
  let told = '';
  const address = await addressOf(child, (text) => {
    told += `${text}\n`;
  });
  if (address) await Promise.all([...wanted].map((prompt) => ask(address, prompt, wanted)));
  const hasDied = child.exitCode !== null || child.signalCode !== null || wanted.size > 0;
  child.kill('SIGTERM');
  const signal = await ended;
  clearTimeout(timer);
  service.onPoint = () => true;
  return { killed: hasDied && signal === 'SIGKILL', told };
}

async function addressOf(
  child: ChildProcess,
  tell: (text: string) => void,
): Promise<{ url: string; token: string } | undefined> {
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  return await new Promise((resolve) => {
    lines.on('line', (text) => {
      tell(text);
      const { url, token_file } = text.startsWith('{"url"') ? JSON.parse(text) : {};
      if (url) readFile(token_file, 'utf8').then((token) => resolve({ url, token: token.trim() }));
    });
    child.once('close', () => resolve(undefined));
  });
}

async function ask({ url, token }: { url: string; token: string }, prompt: string, wanted: Set<string>): Promise<void> {
  try {
    const answer = await fetch(`${url}/images/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt }),
    });
    const { data } = (await answer.json()) as { data?: unknown[] };
    if (data?.length === 1) wanted.delete(prompt);
  } catch {
    // It died.
  }
}
