/** @module-tag slow */
import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { type Machine, newMachine, run } from '../../support/program.ts';

const dayMs = 86_400_000;
const animals = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu', 'hen', 'ibis', 'jay', 'koi', 'lynx'];

/** One line for each picture, so that branches change different lines. */
function manifest(pictures: Record<string, string>): string {
  const entries = Object.entries(pictures).map(([output, prompt]) => `  - {output: ${output}, prompt: ${prompt}}\n`);
  return `defaults: {model: imagen-4-fast}\npictures:\n${entries.join('')}`;
}

interface Step {
  bought: number;
  before: string[];
  after: string[];
  exit: number;
  stderr: string;
}

async function startMonth() {
  let days = 0;
  const sandbox: Sandbox = await startSandbox({ latencyMs: 0, now: () => Date.now() + days * dayMs });
  onTestFinished(() => sandbox.close());
  const ledger: string[] = [];

  function pass(more: number): void {
    days += more;
  }

  async function bought(): Promise<number> {
    const answer = await fetch(`${sandbox.url}/api/v1/me/balance`, { headers: { authorization: 'Bearer k' } });
    return ((await answer.json()) as { spent_cents_total: number }).spent_cents_total / 4;
  }

  /** Without a key, and at an address where nobody answers. */
  async function check(machine: Machine): Promise<string[]> {
    const offline = { ...machine, env: { ...machine.env, RUNAPI_API_KEY: '', RUNAPI_BASE_URL: 'http://127.0.0.1:9' } };
    const { stdout, stderr, exitCode } = await run(offline, ['batch', 'images.yaml', '--check', '--json']);
    const findings = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const { state, output } = JSON.parse(line);
        return `${state} ${output}`;
      });
    expect({ stderr, exitCode }).toMatchObject({ exitCode: findings.length > 0 ? 10 : 0 });
    return findings;
  }

  async function make(machine: Machine, ...flags: string[]) {
    return await run(machine, [
      'batch',
      'images.yaml',
      '--lock',
      '--base-url',
      sandbox.url,
      '--poll-interval',
      '5ms',
      ...flags,
    ]);
  }

  async function step(name: string, machine: Machine, ...flags: string[]): Promise<Step> {
    const [before, paid] = [await check(machine), await bought()];
    const { exitCode: exit = -1, stderr } = await make(machine, ...flags);
    const told = { bought: (await bought()) - paid, before, after: await check(machine), exit, stderr };
    ledger.push(
      `${name.padEnd(34)} bought ${String(told.bought).padStart(2)}  exit ${String(exit).padStart(2)}  check before ${shown(before)}, after ${shown(told.after)}`,
    );
    return told;
  }

  return { ledger, check, make, step, bought, sandbox, pass };
}

function shown(findings: readonly string[]): string {
  return findings.length > 2 ? `${findings.length} × ${findings[0]?.split(' ')[0]}` : findings.join(' + ') || 'ok';
}

test('a repository of 12 pictures through a month buys each picture once', { timeout: 900_000 }, async () => {
  const month = await startMonth();
  const { step } = month;
  const desk = await newMachine();
  const pictures: Record<string, string> = Object.fromEntries(
    animals.map((animal) => [`img/${animal}.png`, `a ${animal} in snow`]),
  );
  const file = (name: string): string => join(desk.folder, name);
  const save = (): Promise<void> => writeFile(file('images.yaml'), manifest(pictures));
  const git = (folder: string, ...words: string[]) =>
    execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
      cwd: folder,
      env: { HOME: desk.home, GIT_CONFIG_NOSYSTEM: '1' },
    });

  await save();
  const first = await step('first run', desk);
  expect(first).toMatchObject({ bought: 12, after: [], exit: 0 });
  expect(first.before).toEqual(animals.map((animal) => `missing img/${animal}`));
  expect(await step('nothing changed', desk)).toMatchObject({ bought: 0, before: [], after: [], exit: 0 });

  pictures['img/fox.png'] = 'a fox in rain';
  await save();
  expect(await step('one prompt changed', desk)).toMatchObject({
    bought: 1,
    before: ['stale img/fox.png'],
    after: [],
    exit: 0,
  });

  await rm(file('img/hen.png'));
  expect(await step('one file deleted', desk)).toMatchObject({
    bought: 0,
    before: ['missing img/hen.png'],
    after: [],
    exit: 0,
  });

  const bee = await readFile(file('img/bee.png'));
  await appendFile(file('img/bee.png'), 'retouched');
  const edited = await step('one file edited', desk);
  expect(edited).toMatchObject({ bought: 0, before: ['edited img/bee.png'], after: ['edited img/bee.png'], exit: 10 });
  expect(edited.stderr).toContain('img/bee.png was changed by hand: left as it is; --overwrite replaces it');
  expect((await readFile(file('img/bee.png'))).length).toBe(bee.length + 'retouched'.length);
  await writeFile(file('img/bee.png'), bee);

  pictures['img/honey.png'] = pictures['img/bee.png'] as string;
  delete pictures['img/bee.png'];
  await save();
  const renamed = await step('one output renamed', desk);
  expect(renamed).toMatchObject({
    bought: 0,
    before: ['missing img/honey', 'unused img/bee.png'],
    after: ['unused img/bee.png'],
    exit: 0,
  });
  expect(renamed.stderr).toContain('No entry makes img/bee.png any more: left as it is');
  expect(await readFile(file('img/honey.png'))).toEqual(bee);
  await rm(file('img/bee.png'));
  expect(await step('its old file deleted', desk)).toMatchObject({ bought: 0, before: [], after: [], exit: 0 });

  const clone = await newMachine();
  for (const name of ['images.yaml', 'images.lock.jsonl']) await cp(file(name), join(clone.folder, name));
  const fetched = await step('fresh clone, pictures not in git', clone);
  expect(fetched).toMatchObject({ bought: 0, after: [], exit: 0 });
  expect(fetched.before.length).toBe(12);
  expect(await readFile(join(clone.folder, 'img/honey.png'))).toEqual(bee);

  await writeFile(file('.gitattributes'), '*.lock.jsonl merge=union\n');
  await git(desk.folder, 'init', '-q', '-b', 'main');
  await git(desk.folder, 'add', '.');
  await git(desk.folder, 'commit', '-qm', 'pictures');
  const other = await newMachine();
  await git(other.folder, 'clone', '-q', desk.folder, '.');
  expect(await step('fresh clone, pictures in git', other)).toMatchObject({
    bought: 0,
    before: [],
    after: [],
    exit: 0,
  });

  pictures['img/cat.png'] = 'a cat in rain';
  await save();
  expect(await step('branch one: a prompt changed', desk)).toMatchObject({
    bought: 1,
    before: ['stale img/cat.png'],
    after: [],
    exit: 0,
  });
  await git(desk.folder, 'commit', '-qam', 'cat');
  const theirs = (await readFile(join(other.folder, 'images.yaml'), 'utf8')).replace('a jay in snow', 'a jay in rain');
  await writeFile(join(other.folder, 'images.yaml'), `${theirs}  - {output: img/mole.png, prompt: a mole}\n`);
  expect(await step('branch two: one changed, one new', other)).toMatchObject({ bought: 2, after: [], exit: 0 });
  await git(other.folder, 'add', '.');
  await git(other.folder, 'commit', '-qam', 'jay, mole');
  await git(desk.folder, 'pull', '-q', '--no-rebase', '--no-edit', other.folder, 'main');
  expect(await step('both merged', desk)).toMatchObject({ bought: 0, before: [], after: [], exit: 0 });

  const more = ['newt', 'owl', 'pig', 'quail']
    .map((animal) => `  - {output: img/${animal}.png, prompt: a ${animal}}\n`)
    .join('');
  await appendFile(file('images.yaml'), more);
  const shards = [await newMachine(), await newMachine()];
  const paid = await month.bought();
  for (const [index, shard] of shards.entries()) {
    await cp(desk.folder, shard.folder, { recursive: true });
    const made = await month.make(shard, '--shard', `${index + 1}/2`);
    expect(made.exitCode).toBe(0);
    await cp(join(shard.folder, `images.lock.${index + 1}-of-2.jsonl`), file(`images.lock.${index + 1}-of-2.jsonl`));
    await cp(join(shard.folder, 'img'), file('img'), { recursive: true });
  }
  month.ledger.push(
    `${'four new ones on two shards'.padEnd(34)} bought ${String((await month.bought()) - paid).padStart(2)}`,
  );
  expect((await month.bought()) - paid).toBe(4);
  const merged = await run(desk, ['batch', 'images.yaml', '--merge-locks']);
  expect({ ...merged }).toMatchObject({
    stdout: '',
    stderr: 'Joined 4 lines of 2 lock files into images.lock.jsonl',
    exitCode: 0,
  });
  expect(await step('locks of the shards merged', desk)).toMatchObject({ bought: 0, before: [], after: [], exit: 0 });

  month.pass(9);
  await rm(file('img/hen.png'));
  const gone = await step('deleted after nine days', desk);
  expect(gone).toMatchObject({ bought: 0, before: ['missing img/hen.png'], after: ['missing img/hen.png'], exit: 10 });
  expect(gone.stderr).toContain('cannot be fetched: --refetch-missing buy buys it again');
  expect(await step('the same with --refetch-missing buy', desk, '--refetch-missing', 'buy')).toMatchObject({
    bought: 1,
    after: [],
    exit: 0,
  });
  console.log(`${month.ledger.join('\n')}\nbought in all: ${await month.bought()}`);
});
