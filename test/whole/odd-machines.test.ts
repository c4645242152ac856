/** @module-tag slow */
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { has } from '../support/has.ts';
import { bin, filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { startService } from '../support/service.ts';

const isRoot = process.getuid?.() === 0;
/** An account that no machine knows. */
const stranger = 54_321;

/** Root may keep this program where nobody else can read it. */
const mayBeSomebody =
  !isRoot || spawnSync(process.execPath, [bin, '--version'], { uid: stranger, gid: stranger }).status === 0;

/** Runs as somebody whom file modes bind: root is bound by none. */
async function asSomebody({ home, folder }: Machine): Promise<{ uid?: number; gid?: number }> {
  if (!isRoot) return {};
  await chmod(dirname(home), 0o755);
  for (const path of [home, folder]) await chown(path, stranger, stranger);
  return { uid: stranger, gid: stranger };
}

describe('without HOME', () => {
  test.each([
    ['HOME is not set', undefined],
    ['HOME is empty', ''],
  ])('where %s, everything works in the home of the account', async (_, home) => {
    const machine = await newMachine();
    const { HOME: __, ...bare } = machine.env;
    const env = home === undefined ? bare : { ...bare, HOME: home };
    const { exitCode, stdout } = await run(machine, ['config', 'path'], { env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/runapi-imagen.config\.json$/);
  });

  test.skipIf(!isRoot || !mayBeSomebody)(
    'an account without a home at all is told how to go on (needs root)',
    async () => {
      const service = await startService({ runningLooks: 0 });
      const machine = await newMachine();
      const somebody = await asSomebody(machine);
      const { HOME: _, ...env } = machine.env;
      const words = ['generate', 'a mug', '--base-url', service.url];
      const refused = await run(machine, words, { ...somebody, env });
      expect({ exitCode: refused.exitCode, lines: refused.stderr.split('\n') }).toEqual({
        exitCode: 1,
        lines: [
          'error: the record of paid tasks cannot be written: there is no home folder',
          'Free or fix the disk (XDG_STATE_HOME moves the record), or go on without a record: --no-record',
        ],
      });
      expect(service.calls).toEqual([]);
      const sandbox = await run(machine, ['generate', 'a mug', '--sandbox', '--no-wait'], { ...somebody, env });
      expect(sandbox.exitCode).toBe(0); // nothing is paid there
      const unrecorded = await run(machine, [...words, '--no-record'], { ...somebody, env });
      const moved = await run(machine, words, { ...somebody, env: { ...env, XDG_STATE_HOME: machine.home } });
      expect([unrecorded.exitCode, moved.exitCode]).toEqual([0, 0]);
      const list = await run(machine, ['config', 'list'], { ...somebody, env });
      const path = await run(machine, ['config', 'path'], { ...somebody, env });
      expect([list.exitCode, path.exitCode]).toEqual([0, 4]);
      expect(path.stderr).toBe('error: there is no home folder to keep settings in\nSet HOME or XDG_CONFIG_HOME');
    },
  );
});

describe.skipIf(process.platform === 'win32' || !mayBeSomebody)('what may not be written (needs file modes)', () => {
  test('a folder for pictures, told before anything is paid', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const somebody = await asSomebody(machine);
    await chmod(machine.folder, 0o555);
    const words = ['generate', 'a mug', '--base-url', service.url];
    const { exitCode, stdout, stderr } = await run(machine, words, somebody);
    expect({ exitCode, stdout, lines: stderr.split('\n') }).toEqual({
      exitCode: 9,
      stdout: '',
      lines: [
        `error: cannot write ${machine.folder}: no permission to write there`,
        'Name a folder that can be written with --dir',
      ],
    });
    expect(service.calls).toEqual([]);
    // What writes nothing there works there.
    const submitted = await run(machine, [...words, '--no-wait'], somebody);
    const picture = await run(machine, ['download', submitted.stdout, '-o', '-'], { ...somebody, encoding: 'buffer' });
    expect([submitted.exitCode, picture.exitCode]).toEqual([0, 0]);
    expect(Buffer.from(picture.stdout)).toEqual(service.picture);
    await chmod(machine.folder, 0o755);
  });

  test('the home folder', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const somebody = await asSomebody(machine);
    await chmod(machine.home, 0o555);
    const words = ['generate', 'a mug', '--base-url', service.url];
    const { exitCode, stderr } = await run(machine, words, somebody);
    expect(exitCode).toBe(1);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^error: the record of paid tasks cannot be written: .*EACCES/),
      'Free or fix the disk (XDG_STATE_HOME moves the record), or go on without a record: --no-record',
    ]);
    expect(service.calls).toEqual([]);
    const unrecorded = await run(machine, [...words, '--no-record'], somebody);
    expect({ exitCode: unrecorded.exitCode, files: await filesIn(machine.folder) }).toEqual({
      exitCode: 0,
      files: [unrecorded.stdout],
    });
    const set = await run(machine, ['config', 'set', 'model', 'fast'], somebody);
    expect({ exitCode: set.exitCode, lines: set.stderr.split('\n').length }).toEqual({ exitCode: 4, lines: 2 });
    await chmod(machine.home, 0o755);
  });

  test('a settings file that may not be read is told, and the rest goes on', async () => {
    const machine = await newMachine();
    const somebody = await asSomebody(machine);
    const folder = join(machine.home, '.config/runapi-imagen');
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o000);
    const { exitCode, stdout, stderr } = await run(machine, ['config', 'list'], {
      ...somebody,
      env: { ...machine.env, XDG_CONFIG_HOME: join(machine.home, '.config') },
    });
    expect({ exitCode, lines: stdout.split('\n').length }).toEqual({ exitCode: 0, lines: 9 });
    expect(stderr).toBe(`warning: ${folder}/config.json cannot be read: permission denied`);
    await chmod(folder, 0o755);
  });
});

describe.skipIf(process.platform === 'win32')('what others could have written (needs file modes)', () => {
  test('a state folder that is open is told and left as it is, and nothing is bought without a record', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const state = join(machine.home, '.local/state/runapi-imagen');
    await mkdir(join(state, 'compiled'), { recursive: true });
    await chmod(state, 0o777);
    const words = ['generate', 'a mug', '--base-url', service.url];
    const refused = await run(machine, words);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr.split('\n')).toEqual([
      `warning: ${state} can be written by other users: chmod go-w it`,
      `error: the record of paid tasks cannot be written: ${state} can be written by other users: chmod go-w it`,
      'Free or fix the disk (XDG_STATE_HOME moves the record), or go on without a record: --no-record',
    ]);
    expect(service.calls).toEqual([]);
    expect((await run(machine, [...words, '--no-record'])).exitCode).toBe(0);
    const doctor = await run(machine, ['doctor', '--json']);
    expect(doctor.stdout).toContain('can be written by other users');
    expect(await filesIn(state)).toEqual(['compiled']); // Node's compiled code neither
    await chmod(state, 0o700);
    expect((await run(machine, words)).exitCode).toBe(0);
  });

  test.skipIf(Number(process.versions.node.split('.')[0]) < 22)(
    'compiled code is kept and used only where nobody else could have put it (needs Node 22)',
    async () => {
      const machine = await newMachine();
      const compiled = join(machine.home, '.local/state/runapi-imagen/compiled');
      await mkdir(compiled, { recursive: true, mode: 0o700 });
      await chmod(join(compiled, '..'), 0o700);
      await run(machine, ['history']);
      const [tag = ''] = await filesIn(compiled);
      expect(tag).not.toBe('');
      for (const open of [compiled, join(compiled, tag)]) {
        await rm(join(compiled, tag), { recursive: true });
        await mkdir(join(compiled, tag));
        await chmod(open, 0o777);
        await run(machine, ['history']);
        expect(await filesIn(compiled)).toEqual([tag]);
        await chmod(open, 0o700);
      }
      await rm(join(compiled, tag), { recursive: true });
      await run(machine, ['history']);
      const kept = await filesIn(join(compiled, tag));
      expect(kept).not.toEqual([]);
      // Put there while the folder was open, and left behind.
      await chmod(join(compiled, tag, kept[0] ?? ''), 0o666);
      await rm(join(compiled, tag, kept[1] ?? ''));
      await run(machine, ['history']);
      expect(await filesIn(join(compiled, tag))).not.toContain(kept[1]);
    },
  );
});

describe.skipIf(process.platform === 'win32')('a machine in trouble', () => {
  test.each([
    ['--version', 0],
    ['--help', 0],
    ['generate', 4],
    ['history', 4],
  ])('in a folder that was deleted %s says so in two lines at most, exit %d', async (word, code) => {
    const machine = await newMachine();
    const line = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
    const { exitCode, stderr } = await execa('sh', ['-c', line, 'sh', process.execPath, bin, word], {
      cwd: machine.folder,
      env: machine.env,
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    expect(exitCode).toBe(code);
    expect(stderr.split('\n')).toEqual(
      code === 0 ? [''] : ['error: the current folder was deleted', 'Change to a folder that exists (cd)'],
    );
  });

  test.skipIf(!has('mkfifo')).each([
    [['batch', '/dev/zero'], 'error: /dev/zero is a device, not a batch file'],
    [['generate', '--again', 'pipe'], /^error: --again pipe: this machine has no record of that task/],
    [['generate', '--again', 'pipe.json'], /^error: --again pipe.json cannot be read/],
    [['generate', 'x', '--image', 'pipe'], 'error: Invalid --image "pipe": it is not a file.'],
  ])('a pipe or a device where a file should be is told at once: %j (needs mkfifo)', async (words, told) => {
    const machine = await newMachine();
    await execa('mkfifo', ['pipe', 'pipe.json'], { cwd: machine.folder });
    const { exitCode, stderr } = await run(machine, [...words, '--sandbox']);
    expect(exitCode).toBe(4);
    expect(stderr.split('\n')[0]).toEqual(typeof told === 'string' ? told : expect.stringMatching(told));
  });

  test.skipIf(!mayBeSomebody).each(['history', 'resume', 'generate', 'gallery', 'doctor'])(
    'a state folder that cannot be read is no crash of %s',
    async (word) => {
      const machine = await newMachine();
      const state = join(machine.home, '.local/state/runapi-imagen');
      await mkdir(state, { recursive: true });
      const somebody = await asSomebody(machine);
      if (isRoot)
        for (const path of ['.local', '.local/state', '.local/state/runapi-imagen'])
          await chown(join(machine.home, path), stranger, stranger);
      await chmod(state, 0o000);
      const words = word === 'generate' ? ['generate', 'x', '--base-url', 'http://127.0.0.1:1'] : [word];
      const { exitCode, stderr } = await run(machine, words, somebody);
      expect(exitCode).not.toBe(0);
      expect(stderr).not.toMatch(/\n\s+at |node:internal/);
      const lines = stderr.split('\n').filter((line) => !line.startsWith('warning: '));
      expect(lines.length).toBeLessThanOrEqual(2);
      await chmod(state, 0o700);
    },
  );

  test.skipIf(process.platform !== 'linux')('a limit on the address space is no obstacle (needs Linux)', async () => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const words = ['generate', 'a mug', '--base-url', service.url];
    const line = 'ulimit -v 8000000; exec "$@"';
    const { exitCode, stdout } = await execa('sh', ['-c', line, 'sh', process.execPath, bin, ...words], {
      cwd: machine.folder,
      env: machine.env,
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    expect([exitCode, await filesIn(machine.folder)]).toEqual([0, [stdout]]);
  });
});
