/** @module-tag slow */
import { readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine, run } from '../../support/program.ts';
import { json, startService } from '../../support/service.ts';

/** The same record on another machine: its owner has another host, and gave a sign so many seconds ago. */
async function moveElsewhere(home: string, secondsAgo: number): Promise<void> {
  const runs = join(home, '.local/state/runapi-imagen/runs');
  const [name = ''] = await readdir(runs);
  const moved = join(runs, name.replace(/-[0-9a-f]+\.jsonl$/, '-e15e3e4e0e.jsonl'));
  await rename(join(runs, name), moved);
  const sign = Date.now() / 1000 - secondsAgo;
  await utimes(moved, sign, sign);
}

test.each([
  ['the same batch', ['batch']],
  ['resume', ['resume']],
])('%s takes up the rows of a container that was killed a moment ago, and pays for none twice', async (_, again) => {
  const service = await startService();
  service.always('look', (_, response) => json(response, 200, { status: 'processing' }));
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'rows.txt'), 'a fox\nan owl\na whale\n');
  const words = ['batch', 'rows.txt', '--poll-interval', '20ms', '--base-url', service.url];
  const first = run(machine, words);
  while (service.tasks.size < 3 || service.count('look') < 6) await new Promise((resolve) => setTimeout(resolve, 5));
  first.kill('SIGKILL');
  await first;
  service.heal();
  await moveElsewhere(machine.home, 36);
  const second = await run(machine, again.includes('batch') ? words : [...again, '--poll-interval', '20ms']);
  expect([second.exitCode, second.stdout.split('\n').length, service.tasks.size]).toEqual([0, 3, 3]);
});

test('has nothing to do where no row falls into the shard', async () => {
  const service = await startService();
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'rows.txt'), 'a fox\n');
  const made: string[] = [];
  for (const shard of ['1/3', '2/3', '3/3']) {
    const words = ['batch', 'rows.txt', '--shard', shard, '--new', '--base-url', service.url];
    const { stdout, stderr, exitCode } = await run(machine, words);
    made.push(stdout);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(stdout ? '1 made' : '0 made')]);
  }
  expect([made.filter(Boolean).length, service.tasks.size]).toEqual([1, 1]);
});
