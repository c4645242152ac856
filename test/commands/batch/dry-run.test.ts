import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crash } from '../../support/crash.ts';
import { type Machine, newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';
import { countQuotes, tellPrices } from '../../support/tariff.ts';

async function machineWith(rows: string): Promise<Machine> {
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'rows.csv'), rows);
  return machine;
}

const rows = 'prompt,model,ratio,count\na fox,fast,,2\nan owl,,16:9,1\na whale,,16:9,1\n';

test('tells how many pictures a batch would buy, at which prices, and what is made already', async () => {
  const service = await startService({ runningLooks: 0 });
  tellPrices(service);
  const machine = await machineWith(rows);
  const words = ['batch', 'rows.csv', '--base-url', service.url];
  const first = await run(machine, [...words, '--dry-run']);
  expect(first.stdout.split('\n')).toEqual([
    '4 pictures in 3 rows',
    '4 to buy',
    '2 × imagen-4-fast at $0.08',
    '2 × imagen-4 16:9 at $0.08',
  ]);
  expect([first.stderr, first.exitCode]).toEqual(['Nothing was submitted: 4 pictures would cost $0.32', 0]);
  expect([countQuotes(service), service.count('create')]).toEqual([2, 0]);

  await writeFile(join(machine.folder, 'rows.csv'), 'prompt,model,ratio,count\na fox,fast,,2\n');
  expect((await run(machine, words)).exitCode).toBe(0);
  await writeFile(join(machine.folder, 'rows.csv'), rows);
  const { stdout, stderr } = await run(machine, [...words, '--dry-run', '--json']);
  expect(JSON.parse(stdout)).toEqual({
    rows: 3,
    pictures: 4,
    made: 2,
    failed: 0,
    elsewhere: 0,
    to_take_up: 0,
    to_buy: 2,
    prices: [{ model: 'imagen-4', aspect_ratio: '16:9', pictures: 2, currency: 'USD', each_cents: 8 }],
    problems: [],
    invalid_rows: 0,
    error: null,
  });
  expect(stderr).toBe('Nothing was submitted: 2 pictures would cost $0.16');
  expect(service.tasks.size).toBe(2);
});

test('counts what a dead run left as paid, and not as bought', async () => {
  const service = await startService();
  const machine = await machineWith(rows);
  const words = ['batch', 'rows.csv', '--base-url', service.url];
  await crash(service, machine, [...words, '--poll-interval', '5ms'], 4);
  tellPrices(service);
  await writeFile(join(machine.folder, 'rows.csv'), `${rows}a newt,fast,,1\n`);
  const { stdout, stderr } = await run(machine, [...words, '--dry-run']);
  expect(stdout.split('\n')).toEqual([
    '5 pictures in 4 rows',
    '4 to take up, already paid',
    '1 to buy',
    '1 × imagen-4-fast at $0.08',
  ]);
  expect(stderr).toBe('Nothing was submitted');
  expect(service.tasks.size).toBe(4);
});

test('tells the first problems too, and fails as the batch would', async () => {
  const service = await startService();
  tellPrices(service);
  const bad = Array.from({ length: 30 }, (_, at) => `x,,7:${at},1\n`).join('');
  const machine = await machineWith(rows + bad);
  const words = ['batch', 'rows.csv', '--dry-run', '--base-url', service.url];
  const { stdout, stderr, exitCode } = await run(machine, words);
  expect(stdout).toContain('4 pictures in 3 rows\n30 rows with problems\n4 to buy');
  expect(stderr).toContain('line 5: Invalid ratio "7:0": imagen-4 supports');
  expect(stderr).toContain('10 more');
  expect([exitCode, service.count('create')]).toEqual([4, 0]);
  expect((await run(machine, [...words, '--skip-invalid'])).exitCode).toBe(0);
});

test('answers with --max-cost whether the batch would go through', async () => {
  const service = await startService();
  tellPrices(service);
  const words = ['batch', 'rows.csv', '--dry-run', '--base-url', service.url, '--max-cost'];
  const machine = await machineWith(rows);
  const above = await run(machine, [...words, '0.31']);
  expect(above.stderr).toContain('error: the 4 pictures cost $0.32 now: more than --max-cost $0.31');
  expect([above.exitCode, (await run(machine, [...words, '0.32'])).exitCode]).toEqual([3, 0]);
});

test('needs no key, and goes on without a price where the service tells none', async () => {
  const service = await startService();
  const machine = await machineWith(rows);
  machine.env.RUNAPI_API_KEY = '';
  const { stdout, stderr, exitCode } = await run(machine, [
    'batch',
    'rows.csv',
    '--dry-run',
    '--base-url',
    service.url,
  ]);
  expect(stdout.split('\n').slice(2)).toEqual([
    '2 × imagen-4-fast at an unknown price',
    '2 × imagen-4 16:9 at an unknown price',
  ]);
  expect(stderr).toBe('warning: the price is not available now: no such route\nNothing was submitted');
  expect(exitCode).toBe(0);
});

test('one row cannot ask for more than 1,000 pictures', async () => {
  const service = await startService();
  const seeds = Array.from({ length: 20 }, (_, at) => at).join(',');
  const machine = await machineWith(`prompt,model,seed,count\nmug,"fast,standard,ultra","${seeds}",1000\n`);
  const { stderr, exitCode } = await run(machine, ['batch', 'rows.csv', '--base-url', service.url]);
  expect(stderr).toContain('line 2: 60000 pictures are too many at once: the limit is 1000.');
  expect([exitCode, service.calls]).toEqual([4, []]);
});

test('a batch of which no row is valid fails with --skip-invalid too', async () => {
  const machine = await machineWith('prompt,ratio\na fox,7:1\n');
  const { stderr, exitCode } = await run(machine, ['batch', 'rows.csv', '--skip-invalid', '--sandbox']);
  expect(stderr).toContain('line 2: Invalid ratio "7:1": imagen-4 supports');
  expect(exitCode).toBe(4);
});

test.each([[], ['--dry-run']])(
  'a model that is not sold stops a batch before anything is bought: %j',
  async (...flags) => {
    const machine = await newMachine();
    await writeFile(join(machine.folder, 'rows.csv'), 'prompt,model\na,fast\nb,nano-banan\n');
    const refused = await run(machine, ['batch', 'rows.csv', '--sandbox', ...flags]);
    expect(refused).toMatchObject({ stdout: '', exitCode: 4 });
    expect(refused.stderr).toContain('has no model "nano-banan"; did you mean nano-banana?');
    expect(refused.stderr).toContain('Nothing was sent. Correct the rows, or let them fail alone with --skip-invalid');
  },
);

test('with --skip-invalid a row with such a model fails alone', async () => {
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'rows.csv'), 'prompt,model\nb,nano-banan\na,fast\n');
  const words = ['batch', 'rows.csv', '--sandbox', '--concurrency', '1', '--skip-invalid', '-o', 'a.png'];
  expect(await run(machine, words)).toMatchObject({ exitCode: 10, stdout: 'a.png' });
});
