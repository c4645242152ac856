/** @module-tag slow */
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { answering, json, type Order, startService } from '../../support/service.ts';
import { tellPrices } from '../../support/tariff.ts';
import { hasTerminal, runOnTerminal } from '../../support/terminal.ts';

const shortNames = (files: readonly string[]) => files.map((file) => file.replace(/-\w{8}\.png$/, '')).sort();

test.each([
  [['-m', 'fast,ultra'], ['a-mug-imagen-4-fast', 'a-mug-imagen-4-ultra'], 'imagen-4-fast'],
  [['--seed', '1,2'], ['a-mug-1', 'a-mug-2'], 'seed 1'],
  [['-n', '2'], ['a-mug-1', 'a-mug-2'], '1 of 2'],
  [
    ['-m', 'fast,ultra', '--seed', '7', '-n', '2'],
    ['a-mug-imagen-4-fast-1', 'a-mug-imagen-4-fast-2', 'a-mug-imagen-4-ultra-1', 'a-mug-imagen-4-ultra-2'],
    'imagen-4-ultra · 2 of 2',
  ],
  [
    ['-m', 'fast,ultra', '--seed', '1,2'],
    ['a-mug-imagen-4-fast-1', 'a-mug-imagen-4-fast-2', 'a-mug-imagen-4-ultra-1', 'a-mug-imagen-4-ultra-2'],
    'imagen-4-fast · seed 2',
  ],
  [[], ['a-mug'], 'a mug'],
])('with %j each name and line tells what differs', async (flags, names, label) => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const { stderr, exitCode } = await run(machine, ['generate', 'a mug', ...flags, '--base-url', service.url]);
  expect(shortNames(await filesIn(machine.folder))).toEqual(names);
  expect(stderr).toMatch(new RegExp(`^✔ ${label}( ·)? 16×16 PNG, `, 'm'));
  expect(exitCode).toBe(0);
});

test('a failure of one among many names it', async () => {
  const service = await startService({ runningLooks: 0 });
  const bad: Order = (call, response, usual) =>
    JSON.parse(call.body).seed === 2 ? json(response, 422, { error: 'no such luck' }) : usual();
  service.always('create', bad);
  const words = ['generate', 'a mug', '-m', 'fast,ultra', '--seed', '1,2', '--base-url', service.url];
  const { stderr, exitCode } = await run(await newMachine(), words);
  expect(stderr).toContain('error: imagen-4-fast · seed 2: no such luck');
  expect(stderr).toContain('error: imagen-4-ultra · seed 2: no such luck');
  expect(exitCode).toBe(10);
});

test.each([
  ['download', []],
  ['status', []],
])('a failure of one of several tasks that %s is asked for names it', async (command) => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  service.always('look', answering(200, { status: 'failed', error: 'blocked' }));
  const words = [command, 'tsk_1', 'tsk_2', '--base-url', service.url];
  const { stderr } = await run(machine, words);
  for (const id of ['tsk_1', 'tsk_2']) expect(stderr).toContain(`error: ${id}: the task failed: blocked`);
});

test('a name of the user stays as it is, and one that is resumed keeps what differs', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const where = ['--base-url', service.url];
  await run(machine, ['generate', 'a mug', '--seed', '1,2', '-o', 'x.png', ...where]);
  expect(await filesIn(machine.folder)).toEqual(['x-2.png', 'x.png']);
  await run(machine, ['generate', 'a fox', '--seed', '1,2', '--no-wait', ...where]);
  await run(machine, ['resume', '--all']);
  expect(shortNames(await filesIn(machine.folder)).slice(0, 2)).toEqual(['a-fox-1', 'a-fox-2']);
});

test('the rows of a batch differ too', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const rows = 'prompt,model,count\na fox,fast,2\nan owl,ultra,1\n';
  const words = ['batch', '-', '--base-url', service.url];
  const { stderr, exitCode } = await run(machine, words, { input: rows, stdin: 'pipe' });
  expect(shortNames(await filesIn(machine.folder))).toEqual([
    'a-fox-imagen-4-fast-1',
    'a-fox-imagen-4-fast-2',
    'an-owl-imagen-4-ultra',
  ]);
  expect(stderr).toMatch(/^✔ 1: a fox · imagen-4-fast · 2 of 2 · 16×16 PNG/m);
  expect(stderr).toMatch(/^✔ 2: an owl · imagen-4-ultra · 16×16 PNG/m);
  expect(exitCode).toBe(0);
});

test('a seed that the service tells is recorded where none was given', async () => {
  const service = await startService({ runningLooks: 0 });
  service.always('look', ({ task }, response) =>
    json(response, 200, {
      id: task?.id,
      status: 'completed',
      images: [{ url: `${service.url}/files/${task?.id}/0.png` }],
      seed: 4242,
    }),
  );
  const machine = await newMachine();
  const words = ['generate', 'a mug', '-o', 'mug.png', '--sidecar', '--json', '--base-url', service.url];
  const { stdout } = await run(machine, words);
  expect(JSON.parse(stdout).seed).toBe(4242);
  expect(JSON.parse((await run(machine, ['history', '--json'])).stdout).seed).toBe(4242);
  expect((await run(machine, ['history'])).stdout.split('\t')[5]).toBe('4242');
  const sidecar = await import(`${machine.folder}/mug.png.json`, { with: { type: 'json' } });
  expect(sidecar.default.seed).toBe(4242);
  const gallery = await run(machine, ['gallery', '-o', '-']);
  expect(gallery.stdout).toContain('seed 4242');
  // The request is repeated as it was asked: the same seed would buy the same picture.
  await run(machine, ['generate', '--again', 'last', '--no-wait', '--base-url', service.url]);
  expect(JSON.parse(service.calls.filter(({ kind }) => kind === 'create')[1]?.body ?? '')).toEqual({
    model: 'imagen-4',
    prompt: 'a mug',
  });
});

const question = (count: number, costs: string) => `Buy ${count} pictures ${costs}? [y/N]`;

test.skipIf(!hasTerminal).each([
  [21, 8, 'y\n', question(21, 'for $1.68'), 21],
  [21, 8, 'n\n', question(21, 'for $1.68'), 0],
  [17, 12, 'y\n', question(17, 'for $2.04'), 17],
  [20, 10, '', undefined, 20],
  [21, undefined, '\n', question(21, 'at an unknown price'), 0],
  [20, undefined, '', undefined, 20],
])(
  '%d pictures of %s cents each: a person is asked once (needs script)',
  async (count, cents, typed, asked, bought) => {
    const service = await startService({ runningLooks: 0 });
    if (cents !== undefined) tellPrices(service, { cents });
    const words = ['generate', 'a mug', '-n', String(count), '--no-wait', '--base-url', service.url];
    const { screen, exitCode } = await runOnTerminal(await newMachine(), words, {}, { columns: 80, rows: 24 }, typed);
    expect(`${screen}`.split('[y/N]').length - 1).toBe(asked === undefined ? 0 : 1);
    if (asked) expect(`${screen}`).toContain(asked);
    if (bought === 0) expect(`${screen}`).toContain('the purchase of 21 pictures was not confirmed');
    expect([exitCode, service.tasks.size]).toEqual([bought === 0 ? 3 : 0, bought]);
  },
);

test.skipIf(!hasTerminal).each([
  ['--yes', ['--yes'], true],
  ['off a terminal', [], false],
])('nobody is asked with %s (needs script)', async (_, flags, onTerminal) => {
  const service = await startService({ runningLooks: 0 });
  tellPrices(service);
  const words = ['generate', 'a mug', '-n', '21', '--no-wait', ...flags, '--base-url', service.url];
  const machine = await newMachine();
  const { exitCode } = onTerminal ? await runOnTerminal(machine, words) : await run(machine, words);
  expect([exitCode, service.tasks.size, service.count('other')]).toEqual([0, 21, 0]);
});

test.skipIf(!hasTerminal)('of a batch what is left is asked about (needs script)', async () => {
  const service = await startService({ runningLooks: 0 });
  tellPrices(service);
  const machine = await newMachine();
  const { writeFile } = await import('node:fs/promises');
  const rows = Array.from({ length: 22 }, (_, at) => `row ${at}\n`).join('');
  await writeFile(`${machine.folder}/rows.txt`, rows);
  const words = ['batch', 'rows.txt', '--no-download', '--base-url', service.url];
  const size = { columns: 80, rows: 24 };
  const refused = await runOnTerminal(machine, words, {}, size, 'no\n');
  expect(`${refused.screen}`).toContain(question(22, 'for $1.76'));
  expect([refused.exitCode, service.tasks.size]).toEqual([3, 0]);
  const agreed = await runOnTerminal(machine, words, {}, size, 'yes\n');
  expect([agreed.exitCode, service.tasks.size]).toEqual([0, 22]);
  expect((await runOnTerminal(machine, words, {}, size)).exitCode).toBe(0);
});
