import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type Machine, newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';
import { startAgent } from './client.ts';

/** The folder in which a picture lands for an agent that runs in `cwd`. */
async function landsIn(
  machine: Machine,
  cwd: string,
  words: readonly string[],
  input: object = {},
): Promise<string> {
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

test('a setting, then a flag, then the call itself names another folder', async () => {
  const machine = await newMachine();
  const places = ['set', 'flagged', 'called'].map((name) => join(machine.home, name));
  for (const place of places) await mkdir(place);
  await run(machine, ['config', 'set', 'dir', '~/set']);
  expect(await landsIn(machine, machine.folder, [])).toBe(places[0]);
  expect(await landsIn(machine, machine.folder, ['--dir', '~/flagged'])).toBe(places[1]);
  expect(await landsIn(machine, machine.folder, ['--dir', '~/flagged'], { folder: '~/called' })).toBe(
    places[2],
  );
});
