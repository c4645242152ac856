/** @module-tag slow */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { smallPng, startService } from '../../support/service.ts';
import { startAgent } from './client.ts';

/** The folder in which a picture lands for an agent that runs in `cwd`. */
async function landsIn(machine: Machine, cwd: string, words: readonly string[], input: object = {}): Promise<string> {
  const service = await startService();
  const agent = await startAgent({ ...machine, folder: cwd }, [
    '--base-url',
    service.url,
    '--poll-interval',
    '20ms',
    ...words,
  ]);
  const { structuredContent } = await agent.call('generate_image', { prompt: 'a mug', ...input });
  return dirname(structuredContent?.images[0].path);
}

test('pictures go where the agent runs', async () => {
  const machine = await newMachine();
  expect(await landsIn(machine, machine.folder, [])).toBe(machine.folder);
});

test.each(['the root', 'the bare home'])('but not into %s', async (where) => {
  const machine = await newMachine();
  const cwd = where === 'the root' ? '/' : machine.home;
  const pictures = join(machine.home, 'Pictures', 'runapi-imagen');
  expect(await landsIn(machine, cwd, [])).toBe(pictures);
  expect(await landsIn(machine, cwd, [], { folder: 'mugs' })).toBe(join(pictures, 'mugs'));
});

test('a setting, then a flag names another folder, and the call one below it', async () => {
  const machine = await newMachine();
  const places = ['set', 'flagged'].map((name) => join(machine.home, name));
  for (const place of places) await mkdir(place);
  await run(machine, ['config', 'set', 'dir', '~/set']);
  expect(await landsIn(machine, machine.folder, [])).toBe(places[0]);
  const flagged = ['--dir', '~/flagged'];
  expect(await landsIn(machine, machine.folder, flagged)).toBe(places[1]);
  expect(await landsIn(machine, machine.folder, flagged, { folder: '~/flagged/called' })).toBe(
    join(machine.home, 'flagged/called'),
  );
  expect(await landsIn(machine, machine.folder, flagged, { folder: './a/../.git/hooks/' })).toBe(
    join(machine.home, 'flagged/git/hooks'),
  );
});

test.each([
  ['../x.png', 'x.png'],
  ['/etc/cron.d/x.png', 'etc-cron.d-x.png'],
  ['~/.config/autostart/e.desktop', '~-.config-autostart-e.desktop.png'],
  ['.git/hooks/post-checkout.sh', 'git-hooks-post-checkout.sh.png'],
  ['..\\..\\evil.bat', 'evil.bat.png'],
  ['sitecustomize.py', 'sitecustomize.py.png'],
  ['.bashrc', 'bashrc.png'],
  ['-rf.png', 'rf.png'],
  ['CON.png', '_CON.png'],
  ['a.png:e.exe', 'a.png-e.exe.png'],
  ['photo.jpeg', 'photo.png'],
  ['x\u202egnp.exe', 'x-gnp.exe.png'],
  ['tagged\u{e0041}\u200b', 'tagged.png'],
  ['-', 'image.png'],
  ['...', 'image.png'],
])('the file name %j of an agent is %j in the folder', async (file_name, saved) => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const { call } = await startAgent(machine, ['--base-url', service.url]);
  const { structuredContent } = await call('generate_image', { prompt: 'a mug', file_name });
  expect(structuredContent?.images[0].path).toBe(join(machine.folder, saved));
  expect(await filesIn(machine.folder)).toEqual([saved]);
});

test.skipIf(process.platform === 'win32')('no link leads out of the root', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  await mkdir(join(machine.home, 'outside'));
  await symlink(join(machine.home, 'outside'), join(machine.folder, 'link'));
  const { call } = await startAgent(machine, ['--base-url', service.url]);
  for (const folder of ['link', 'link/deeper']) {
    const answer = await call('generate_image', { prompt: 'a mug', folder });
    expect(answer.isError).toBe(true);
  }
  expect(await filesIn(join(machine.home, 'outside'))).toEqual([]);
  expect(service.calls).toEqual([]);
});

test('a task of the command line that was to be saved elsewhere is saved in the root', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const words = ['generate', 'a mug', '--no-wait', '-o', '../elsewhere/x.png', '--base-url', service.url];
  const { stdout: task_id } = await run(machine, words);
  const { call } = await startAgent(machine, ['--base-url', service.url]);
  const { structuredContent } = await call('get_image', { task_id });
  expect(dirname(structuredContent?.images[0].path)).toBe(machine.folder);
});

test('a file that took the place of a saved picture is not shown to the agent', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const { call } = await startAgent(machine, ['--base-url', service.url]);
  const made = await call('generate_image', { prompt: 'a mug', include_image: true });
  expect(made.content.map(({ type }) => type)).toEqual(['text', 'image']);
  const path = String(made.structuredContent?.images[0].path);
  const task_id = made.structuredContent?.task_id;
  await writeFile(join(machine.home, 'id'), 'a private key');
  const others: Array<() => Promise<void>> = [
    () => writeFile(path, 'other bytes'),
    () => writeFile(path, smallPng(1)), // a picture, and another one
    () => rm(path).then(() => symlink(join(machine.home, 'id'), path)),
    () => rm(path).then(() => mkdir(path)),
  ];
  for (const replace of process.platform === 'win32' ? others.slice(0, 2) : others) {
    await replace();
    const seen = await call('get_image', { task_id, include_image: true });
    expect(seen.content.map(({ type }) => type)).toEqual(['text']);
  }
});
