import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../support/program.ts';
import { startService } from '../support/service.ts';

/** What .github/SECURITY.md says of a whole life: a key is set, a picture made with a sidecar, a gallery written. */
async function life() {
  const service = await startService();
  const machine = await newMachine();
  const { RUNAPI_API_KEY: key = '', ...env } = machine.env;
  const keyless = { ...machine, env };
  await run(keyless, ['config', 'set', 'api-key'], { input: key });
  const words = ['a mug', '--sidecar', '--dir', 'shots', '--poll-interval', '20ms', '--base-url', service.url];
  const made = await run(keyless, ['generate', ...words, '--verbose']);
  const shown = await run(keyless, ['gallery', '--output', 'page.html']);
  expect([made.exitCode, shown.exitCode]).toEqual([0, 0]);
  return { service, machine, key, said: made.stdout + made.stderr + shown.stdout + shown.stderr };
}

test('the key is in the settings file and nowhere else', async () => {
  const { machine, key, said } = await life();
  const holders: string[] = [];
  for (const folder of [machine.home, machine.folder]) {
    for (const name of await filesIn(folder)) {
      const path = join(folder, name);
      if ((await stat(path)).isFile() && (await readFile(path)).includes(key)) holders.push(name);
    }
  }
  expect(holders).toEqual([expect.stringMatching(/runapi-imagen.config\.json$|runapi-imagen.Config.config\.json$/)]);
  expect(said).not.toContain(key);
});

test.skipIf(process.platform !== 'linux')('what is kept is for this user alone (needs Linux)', async () => {
  const { machine } = await life();
  const files = (await filesIn(machine.home)).filter((name) => !name.includes('compiled')); // Node's own
  const kept = files.filter((name) => name.includes('runapi-imagen'));
  expect(kept.length).toBeGreaterThanOrEqual(7);
  for (const name of kept) {
    const facts = await stat(join(machine.home, name));
    expect([name, (facts.mode & 0o777).toString(8)]).toEqual([name, facts.isDirectory() ? '700' : '600']);
  }
  const others = files.filter((name) => !kept.includes(name));
  expect(others).toEqual(['.config', '.local', '.local/state']);
});

test('the API gets the key, the host of the picture does not', async () => {
  const { service, key } = await life();
  const { headers: asked = {} } = service.calls.find(({ kind }) => kind === 'create') ?? {};
  const { headers: fetched = {} } = service.calls.find(({ kind }) => kind === 'image') ?? {};
  expect(asked.authorization).toBe(`Bearer ${key}`);
  expect(Object.keys(fetched).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
  expect(new Set(service.calls.map(({ kind }) => kind))).toEqual(new Set(['create', 'look', 'image']));
});
