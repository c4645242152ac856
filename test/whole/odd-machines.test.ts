import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
      const sandbox = await run(machine, ['generate', 'a mug', '--sandbox', '--no-wait'], {
        ...somebody,
        env,
      });
      expect(sandbox.exitCode).toBe(0); // nothing is paid there
      const unrecorded = await run(machine, [...words, '--no-record'], { ...somebody, env });
      const moved = await run(machine, words, { ...somebody, env: { ...env, XDG_STATE_HOME: machine.home } });
      expect([unrecorded.exitCode, moved.exitCode]).toEqual([0, 0]);
      const list = await run(machine, ['config', 'list'], { ...somebody, env });
      const path = await run(machine, ['config', 'path'], { ...somebody, env });
      expect([list.exitCode, path.exitCode]).toEqual([0, 4]);
      expect(path.stderr).toBe(
        'error: there is no home folder to keep settings in\nSet HOME or XDG_CONFIG_HOME',
      );
    },
  );
});

describe.skipIf(process.platform === 'win32' || !mayBeSomebody)(
  'what may not be written (needs file modes)',
  () => {
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
      const picture = await run(machine, ['download', submitted.stdout, '-o', '-'], {
        ...somebody,
        encoding: 'buffer',
      });
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
      expect({ exitCode: set.exitCode, lines: set.stderr.split('\n').length }).toEqual({
        exitCode: 4,
        lines: 2,
      });
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
  },
);
