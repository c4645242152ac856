/** @module-tag slow */
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { crash } from '../support/crash.ts';
import { type Machine, newMachine, run } from '../support/program.ts';
import { answering, losingTheAnswer, startService } from '../support/service.ts';
import { countQuotes, pricing, tellPrices } from '../support/tariff.ts';

test('buys where the price is not above the limit', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const words = ['generate', 'a mug', '--max-cost', '0.08', '--quiet', '--base-url', service.url];
  expect(await run(machine, words)).toMatchObject({ stderr: '', exitCode: 0 });
  expect(service.tasks.size).toBe(1);
  expect(countQuotes(service)).toBe(1);
});

test('refuses above the limit before anything is posted', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const { exitCode, stdout, stderr } = await run(machine, [
    ...['generate', 'a mug', '--max-cost', '0.0799', '--json', '--quiet', '--base-url', service.url],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      code: 'over_budget',
      message: 'the picture costs $0.08 now: more than --max-cost $0.0799',
      hint: 'Nothing was sent for it. Allow more: --max-cost 0.08',
      details: { currency: 'USD', quoted_cents: 8, reserved_cents: 0, max_cost_cents: 7.99 },
    },
    resume: null,
  });
  expect(stderr.split('\n')).toEqual([
    'error: the picture costs $0.08 now: more than --max-cost $0.0799',
    'Nothing was sent for it. Allow more: --max-cost 0.08',
  ]);
  expect(exitCode).toBe(3);
  expect(service.count('create')).toBe(0);
  // What was refused is not bought by a later `resume`.
  expect(await run(machine, ['resume', '--base-url', service.url])).toMatchObject({ exitCode: 0 });
  expect(service.count('create')).toBe(0);
});

test('--max-cost 0 buys only what is free', async () => {
  const service = await startService();
  const machine = await newMachine();
  const words = ['generate', 'a mug', '--max-cost', '0', '--base-url', service.url];
  tellPrices(service, { cents: 1 });
  expect((await run(machine, words)).exitCode).toBe(3);
  expect(service.count('create')).toBe(0);
  tellPrices(service, { cents: 0 });
  expect((await run(machine, words)).exitCode).toBe(0);
  expect(service.tasks.size).toBe(1);
});

test.each([
  ['the service has no prices', answering(404, { error: 'no such route' }), 'no such route'],
  ['the key is refused', answering(401, { error: 'bad key' }), 'bad key'],
  ['there is no price for the model yet', pricing({ status: 'pending' }), 'did not return a price for imagen-4'],
  ['the answer makes no sense', answering(200, { price_quote: { currency: 'USD' } }), 'did not return a price'],
  ['the price is negative', pricing({ cents: -1 }), 'did not return a price'],
])('refuses where %s', async (_, answer, reason) => {
  const service = await startService();
  service.always('other', answer);
  const { exitCode, stdout, stderr } = await run(await newMachine(), [
    ...['generate', 'a mug', '--max-cost', '5', '--quiet', '--base-url', service.url],
  ]);
  expect(stderr).toContain('error: the price is unknown, so --max-cost cannot be kept: ');
  expect(stderr).toContain(reason);
  expect(stdout).toBe('');
  expect(exitCode).toBe(3);
  expect(service.count('create')).toBe(0);
});

test('refuses a price in another currency', async () => {
  const service = await startService();
  tellPrices(service, { currency: 'EUR' });
  const words = ['generate', 'a mug', '--max-cost', '5', '--quiet', '--base-url', service.url];
  const { exitCode, stderr } = await run(await newMachine(), words);
  expect(stderr).toBe(
    'error: the price is in EUR, and --max-cost is in US dollars\n' +
      'Nothing was sent. Run the command without --max-cost to pay in that currency',
  );
  expect(exitCode).toBe(3);
  expect(service.count('create')).toBe(0);
});

test('is the budget of all tasks together: none is posted where all are too dear', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const words = ['generate', 'a mug', '-n', '3', '--quiet', '--base-url', service.url];
  const { exitCode, stderr } = await run(machine, [...words, '--max-cost', '0.23']);
  expect(stderr).toContain('error: the 3 pictures cost $0.24 now: more than --max-cost $0.23');
  expect(exitCode).toBe(3);
  expect(service.count('create')).toBe(0);
  expect((await run(machine, [...words, '--max-cost', '0.24'])).exitCode).toBe(0);
  expect(service.tasks.size).toBe(3);
});

test('asks again before each POST: a price that went up stops the rest', async () => {
  const service = await startService();
  service.next('other', pricing({ cents: 8 })); // both together are within
  service.always('other', pricing({ cents: 15 }));
  const machine = await newMachine();
  const words = ['generate', 'a mug', '-n', '2', '--max-cost', '0.20', '--quiet', '--base-url', service.url];
  const { exitCode, stderr } = await run(machine, words);
  expect(stderr).toMatch(/error: \d of 2: the picture costs \$0\.15 now on top of \$0\.15 reserved so far: more than/);
  expect(exitCode).toBe(10);
  expect(service.tasks.size).toBe(1);
});

test('counts what the service says it reserved, once a task is accepted', async () => {
  const service = await startService({ dialect: 'service' }); // it reserves 8 cents
  tellPrices(service, { cents: 4 });
  const machine = await newMachine();
  await writeFile(`${machine.folder}/rows.txt`, 'one\ntwo\nthree\n');
  const words = ['batch', 'rows.txt', '--concurrency', '1', '--max-cost', '0.13', '--quiet'];
  const { exitCode, stderr } = await run(machine, [...words, '--base-url', service.url]);
  expect(stderr).toContain('error: row 3: the picture costs $0.04 now on top of $0.16 reserved so far');
  expect(exitCode).toBe(10);
  expect(service.tasks.size).toBe(2);
});

test('a batch that costs more as a whole is refused before the first POST', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  await writeFile(`${machine.folder}/rows.txt`, 'one\ntwo\nthree\nfour\n');
  const words = ['batch', 'rows.txt', '--quiet', '--base-url', service.url];
  const first = await run(machine, [...words, '--max-cost', '0.31']);
  expect(first).toMatchObject({ stdout: '', exitCode: 3 });
  expect(first.stderr).toContain('the 4 pictures cost $0.32 now: more than --max-cost $0.31');
  expect(service.count('create')).toBe(0);
  expect((await run(machine, [...words, '--max-cost', '0.32'])).exitCode).toBe(0);
  expect(service.tasks.size).toBe(4);
});

test('of a batch what is made already costs nothing', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  await writeFile(`${machine.folder}/rows.txt`, 'one\ntwo\n');
  const words = ['batch', 'rows.txt', '--quiet', '--max-cost', '0.16', '--base-url', service.url];
  await run(machine, words);
  await writeFile(`${machine.folder}/rows.txt`, 'one\ntwo\nthree\nfour\n');
  expect(await run(machine, words)).toMatchObject({ stderr: '', exitCode: 0 });
  expect(service.tasks.size).toBe(4);
});

test('a price that goes up stops a batch where the budget ends, and the rest can be made later', async () => {
  const service = await startService();
  service.next('other', pricing({ cents: 5 })); // all together are within
  service.always('other', pricing({ cents: 8 }));
  const machine = await newMachine();
  await writeFile(`${machine.folder}/rows.txt`, 'one\ntwo\nthree\nfour\n');
  const words = ['batch', 'rows.txt', '--quiet', '--base-url', service.url];
  expect((await run(machine, [...words, '--max-cost', '0.20'])).exitCode).toBe(10);
  expect(service.tasks.size).toBe(2);
  const second = await run(machine, [...words, '--max-cost', '0.20']);
  expect(second).toMatchObject({ stderr: '', exitCode: 0 });
  expect(service.tasks.size).toBe(4);
});

test('a request that was refused gives its share back', async () => {
  const service = await startService();
  service.next('other', pricing({ cents: 4 }));
  service.always('other', pricing({ cents: 8 }));
  service.next('create', answering(422, { error: 'no' }));
  const machine = await newMachine();
  await writeFile(`${machine.folder}/rows.txt`, 'one\ntwo\n');
  const words = ['batch', 'rows.txt', '--concurrency', '1', '--max-cost', '0.08', '--quiet'];
  const { exitCode } = await run(machine, [...words, '--base-url', service.url]);
  expect(exitCode).toBe(10);
  expect(service.tasks.size).toBe(1);
});

describe('the limit', () => {
  const dear = (machine: Machine, base: string, ...words: string[]) =>
    run(machine, ['generate', 'a mug', '--quiet', ...words, '--base-url', base]);

  test('may come from the environment or a setting; the flag wins over the one, the one over the other', async () => {
    const service = await startService();
    tellPrices(service);
    const machine = await newMachine();
    await run(machine, ['config', 'set', 'max-cost', '0.05']);
    const bySetting = await dear(machine, service.url);
    expect([bySetting.exitCode, bySetting.stderr]).toEqual([
      3,
      expect.stringContaining('more than the setting max-cost $0.05'),
    ]);
    machine.env.RUNAPI_IMAGEN_MAX_COST = '0.06';
    const byEnvironment = await dear(machine, service.url);
    expect([byEnvironment.exitCode, byEnvironment.stderr]).toEqual([
      3,
      expect.stringContaining('more than RUNAPI_IMAGEN_MAX_COST $0.06'),
    ]);
    const byFlag = await dear(machine, service.url, '--max-cost', '0.07');
    expect([byFlag.exitCode, byFlag.stderr]).toEqual([3, expect.stringContaining('more than --max-cost $0.07')]);
    expect(service.count('create')).toBe(0);
    expect((await dear(machine, service.url, '--max-cost', '0.08')).exitCode).toBe(0);
  });

  test.each(['batch', 'resume', 'mcp', 'serve', 'generate'])(
    'of %s is not passed over where it makes no sense',
    async (command) => {
      const service = await startService();
      const machine = await newMachine();
      await writeFile(`${machine.folder}/rows.txt`, 'one\n');
      machine.env.RUNAPI_IMAGEN_MAX_COST = 'much';
      const words = { batch: ['rows.txt'], generate: ['a mug'] }[command] ?? [];
      const { exitCode, stderr } = await run(machine, [command, ...words, '--base-url', service.url]);
      expect(stderr).toContain('Invalid RUNAPI_IMAGEN_MAX_COST "much": use an amount of US dollars such as 0.50.');
      expect([exitCode, service.calls]).toEqual([4, []]);
    },
  );
});

test('a POST whose answer is lost is asked about once and paid once', async () => {
  const service = await startService();
  tellPrices(service);
  service.next('create', losingTheAnswer);
  const words = ['generate', 'a mug', '--max-cost', '0.08', '--base-url', service.url];
  expect((await run(await newMachine(), words)).exitCode).toBe(0);
  expect(service.tasks.size).toBe(1);
  expect(countQuotes(service)).toBe(1);
});

test('a request that may have been accepted is not given up for its price', async () => {
  const service = await startService();
  tellPrices(service);
  service.always('create', losingTheAnswer);
  const machine = await newMachine();
  const words = ['generate', 'a mug', '--quiet', '--base-url', service.url];
  expect((await run(machine, [...words, '--timeout', '1s'])).exitCode).toBe(8);
  const posts = service.count('create');
  const { exitCode, stderr } = await run(machine, [...words, '--max-cost', '0.05']);
  expect(stderr).toContain('more than --max-cost $0.05');
  expect(exitCode).toBe(3);
  expect(service.count('create')).toBe(posts);
  service.always('create', (_call, _response, usual) => usual());
  expect((await run(machine, ['resume', '--max-cost', '0.08'])).exitCode).toBe(0);
  expect(service.tasks.size).toBe(1);
});

test('a task that was accepted before is taken up without asking', async () => {
  const service = await startService();
  const machine = await newMachine();
  const words = ['generate', 'a mug', '--poll-interval', '5ms', '--base-url', service.url];
  await crash(service, machine, words, 1);
  tellPrices(service);
  const { exitCode, stderr } = await run(machine, [...words, '--max-cost', '0']);
  expect(stderr).toContain('Taking up task');
  expect(exitCode).toBe(0);
  expect(service.tasks.size).toBe(1);
  expect(countQuotes(service)).toBe(0);
});

test.each(['abc', '-1', '1e2', ''])('--max-cost %j is told before anything is sent', async (amount) => {
  const service = await startService();
  const words = ['generate', 'a mug', `--max-cost=${amount}`, '--base-url', service.url];
  const { exitCode, stdout, stderr } = await run(await newMachine(), words);
  expect(stderr).toContain('--max-cost');
  expect(stdout).toBe('');
  expect(exitCode).toBe(4);
  expect(service.calls).toEqual([]);
});
