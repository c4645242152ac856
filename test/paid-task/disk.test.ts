import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type AtEnd, bin, filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { type Service, startService } from '../support/service.ts';
import { leftInRecord, picture } from './life.ts';

const quick = ['--poll-interval', '20ms'];
const unwritable = 'error: the record of paid tasks cannot be written: ';

async function setUp(atEnd: AtEnd): Promise<{ service: Service; machine: Machine; generate: string[] }> {
  const service = await startService({ pictures: [picture] }, atEnd);
  const generate = ['generate', 'a mug', ...quick, '--base-url', service.url];
  return { service, machine: await newMachine(atEnd), generate };
}

/** A small disk in memory, where a test may mount one: as root of Linux, outside most containers. */
const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'runapi-imagen-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
})();

async function mount(folder: string, size: string, atEnd: AtEnd): Promise<string> {
  await mkdir(folder, { recursive: true });
  atEnd(async () => {
    spawnSync('umount', ['-l', folder]);
  });
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  return folder;
}

function remount(folder: string, options: string): void {
  spawnSync('mount', ['-o', `remount,${options}`, folder]);
}

/** Takes all the space that is left. */
async function fill(folder: string): Promise<void> {
  await writeFile(join(folder, 'filler'), Buffer.alloc(1e6)).catch(() => undefined);
}

const onSmallDisk = test.skipIf(!canMount);

onSmallDisk('the disk is full before the picture is there (needs mount)', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  const folder = await mount(join(machine.folder, 'shots'), '64k', onTestFinished);
  const { exitCode, stderr } = await run(machine, [...generate, '--dir', 'shots']);
  expect(exitCode).toBe(9);
  expect(stderr).toMatch(/error: cannot write .*shots: the disk is full\n.*Continue with: runapi-imagen resume/);
  expect(await filesIn(folder)).toEqual([]);
  remount(folder, 'size=1m');
  expect((await run(machine, ['resume', ...quick])).exitCode).toBe(0);
  expect([(await filesIn(folder)).length, service.tasks.size]).toEqual([1, 1]);
  expect(await leftInRecord(machine)).toEqual([]);
});

onSmallDisk(
  'the record has no space: nothing is paid without --no-record (needs mount)',
  async ({ onTestFinished }) => {
    const { service, machine, generate } = await setUp(onTestFinished);
    machine.env.XDG_STATE_HOME = await mount(join(machine.home, 'state'), '8k', onTestFinished);
    await fill(machine.env.XDG_STATE_HOME);
    const { exitCode, stderr } = await run(machine, generate);
    expect([exitCode, service.calls]).toEqual([1, []]);
    expect(stderr).toContain(`${unwritable}${machine.env.XDG_STATE_HOME}/runapi-imagen: ENOSPC`);
    expect((await run(machine, [...generate, '--no-record'])).exitCode).toBe(0);
    expect([(await filesIn(machine.folder)).length, service.tasks.size]).toEqual([1, 1]);
  },
);

onSmallDisk(
  'the record has space for some intents only: none is bought, then or later (needs mount)',
  async ({ onTestFinished }) => {
    const { service, machine } = await setUp(onTestFinished);
    machine.env.XDG_STATE_HOME = await mount(join(machine.home, 'state'), '16k', onTestFinished);
    const words = ['generate', 'very long '.repeat(300), '-n', '3', '--base-url', service.url];
    const { exitCode, stderr } = await run(machine, words);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`${unwritable}ENOSPC`)]);
    const later = await run(machine, ['resume']);
    expect([later.exitCode, later.stderr]).toEqual([0, 'Nothing to resume: every task has ended']);
    expect(service.calls).toEqual([]);
  },
);

onSmallDisk(
  'the record fills up once the task is accepted: that is said, and the picture is saved (needs mount)',
  async ({ onTestFinished }) => {
    const { service, machine, generate } = await setUp(onTestFinished);
    const state = await mount(join(machine.home, 'state'), '12k', onTestFinished);
    machine.env.XDG_STATE_HOME = state;
    const words = [...generate.slice(0, 1), 'very long '.repeat(340), ...generate.slice(2)];
    service.next('create', (_call, _response, usual) => void fill(state).then(usual));
    const { exitCode, stderr, stdout } = await run(machine, words);
    expect([exitCode, await filesIn(machine.folder), service.tasks.size]).toEqual([0, [stdout], 1]);
    expect(stderr).toMatch(/warning: cannot write the record \(ENOSPC\); task tsk_\w+ continues without it/);
    remount(state, 'size=1m');
    // The record cannot tell that the picture is there: it is fetched again, and not paid for again.
    expect((await run(machine, ['resume', ...quick])).exitCode).toBe(0);
    expect([(await filesIn(machine.folder)).length, service.tasks.size]).toEqual([2, 1]);
    const later = await run(machine, ['resume']);
    expect([later.exitCode, later.stderr]).toEqual([0, 'Nothing to resume: every task has ended']);
  },
);

onSmallDisk('a folder that is read-only is told before anything is paid (needs mount)', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  const folder = await mount(join(machine.folder, 'shots'), '64k', onTestFinished);
  remount(folder, 'ro');
  const { exitCode, stderr } = await run(machine, [...generate, '--dir', 'shots']);
  expect([exitCode, service.calls]).toEqual([9, []]);
  expect(stderr).toContain('shots: the file system is read-only');
});

onSmallDisk('a record that is read-only is told before anything is paid (needs mount)', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  machine.env.XDG_STATE_HOME = await mount(join(machine.home, 'state'), '64k', onTestFinished);
  await mkdir(join(machine.env.XDG_STATE_HOME, 'runapi-imagen/runs'), { recursive: true });
  remount(machine.env.XDG_STATE_HOME, 'ro');
  const { exitCode, stderr } = await run(machine, generate);
  expect([exitCode, service.calls, stderr]).toEqual([1, [], expect.stringContaining(`${unwritable}`)]);
  expect(stderr).toContain('--no-record');
  expect((await run(machine, [...generate, '--no-record'])).exitCode).toBe(0);
});

type BadState = [string, (machine: Machine) => Promise<unknown> | undefined, Record<string, string>, string];

/** Only Linux has the file system in which mkdir() lies. */
const inProc: BadState[] = existsSync('/proc/self')
  ? [['is where no folder can be made', () => undefined, { XDG_STATE_HOME: '/proc/self/x' }, 'ENOENT']]
  : [];

test.concurrent.for<BadState>([
  [
    'has a file in its place',
    ({ home }) => writeFile(join(home, 'runapi-imagen'), ''),
    { XDG_STATE_HOME: 'HOME' },
    'runapi-imagen: ',
  ],
  ['is in a file', () => undefined, { XDG_STATE_HOME: '/dev/null/x' }, 'ENOTDIR'],
  ...inProc,
])('a state folder that %s is told before anything is paid', async ([, prepare, env, said], { onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  await prepare(machine);
  const home = machine.home;
  Object.assign(machine.env, env, env.XDG_STATE_HOME === 'HOME' && { XDG_STATE_HOME: home });
  const { exitCode, stderr } = await run(machine, generate);
  expect([exitCode, service.calls]).toEqual([1, []]);
  expect(stderr).toContain(unwritable);
  expect(stderr).toContain(said);
  expect(String(stderr).split('\n').slice(-2)[1]).toContain('--no-record');
  const without = await run(machine, [...generate, '--no-record']);
  expect([without.exitCode, await filesIn(machine.folder)]).toEqual([0, [without.stdout]]);
});

/** An account that the system does not know has no home. */
const nobody = { uid: 54_321, gid: 54_321 };
const canBeNobody = spawnSync(process.execPath, [bin, '--version'], nobody).status === 0;

test.skipIf(!canBeNobody)(
  'without a home nothing is paid but with --no-record (needs root)',
  async ({ onTestFinished }) => {
    const { service, machine, generate } = await setUp(onTestFinished);
    const { HOME: _, ...env } = machine.env;
    await chown(machine.folder, nobody.uid, nobody.gid);
    await chmod(dirname(machine.folder), 0o755);
    const { exitCode, stderr } = await run({ ...machine, env }, generate, nobody);
    expect([exitCode, service.calls]).toEqual([1, []]);
    expect(stderr).toContain(`${unwritable}there is no home folder`);
    const without = await run({ ...machine, env }, [...generate, '--no-record'], nobody);
    expect([without.exitCode, await filesIn(machine.folder)]).toEqual([0, [without.stdout]]);
  },
);

test.concurrent('a folder that vanishes while the picture comes loses nothing', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  const folder = join(machine.folder, 'shots');
  service.next('image', (_call, _response, usual) => void rm(folder, { recursive: true }).then(usual));
  const { exitCode, stderr } = await run(machine, [...generate, '--dir', 'shots']);
  expect([exitCode, stderr]).toEqual([9, expect.stringContaining('Continue with: runapi-imagen resume tsk_')]);
  expect((await run(machine, ['resume', ...quick])).exitCode).toBe(0);
  expect([(await filesIn(folder)).length, service.tasks.size]).toEqual([1, 1]);
});
