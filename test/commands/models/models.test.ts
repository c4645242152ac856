/** @module-tag slow */
import { expect, test } from 'vitest';
import { newMachine, run } from '../../support/program.ts';
import { answering, startService } from '../../support/service.ts';
import { tellPrices } from '../../support/tariff.ts';

const ratios = '1:1 16:9 9:16 3:4 4:3';

/** Name, service, price, status, and what it takes. */
const listed = (cents: string) => [
  `imagen-4\timagen-4\t${cents}\tactive\ttext ${ratios}`,
  `imagen-4-fast\timagen-4\t${cents}\tactive\ttext ${ratios} auto`,
  `imagen-4-ultra\timagen-4\t${cents}\tactive\ttext ${ratios}`,
  `brand-new-1\tbrand-new\t${cents}\tactive\ttext, pictures`,
  `painter-2\tpainter\t${cents}\tmaintenance\ttext`,
];
const statuses = { 'painter-2': 'maintenance' };

test('lists the live catalogue, without a key', async () => {
  const service = await startService();
  tellPrices(service, { statuses });
  const machine = await newMachine();
  const env = { ...machine.env, RUNAPI_API_KEY: '' };
  const { exitCode, stdout, stderr } = await run({ ...machine, env }, ['models', '--base-url', service.url]);
  expect(stdout.split('\n')).toEqual(listed('$0.08'));
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

test('sends no key for prices', async () => {
  const service = await startService();
  tellPrices(service);
  await run(await newMachine(), ['models', '--base-url', service.url]);
  expect(service.calls.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['painter', ['painter-2']],
  ['imagen fast', ['imagen-4-fast']],
  ['edit_image', ['brand-new-1']],
])('lists only the models of %j', async (filter, names) => {
  const service = await startService();
  tellPrices(service);
  const { stdout } = await run(await newMachine(), ['models', ...filter.split(' '), '--base-url', service.url]);
  expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(names);
});

test('says that no model is named so', async () => {
  const service = await startService();
  tellPrices(service);
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['models', 'nope', '--base-url', service.url]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: 'No model is named like "nope"' });
});

test('asks whether the list it knows is still right', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const first = await run(machine, ['models', '--json', '--base-url', service.url]);
  const second = await run(machine, ['models', '--json', '--base-url', service.url]);
  const asked = service.calls.map(({ headers }) => headers['if-none-match']);
  expect(asked).toEqual([undefined, undefined, undefined, '"v1"', '"v1"', '"v1"']);
  expect(second.stdout).toBe(first.stdout);
  expect(second.exitCode).toBe(0);
});

test('lists the kept catalogue where the service is not there, and tells its age', async () => {
  const service = await startService();
  tellPrices(service, { statuses });
  const machine = await newMachine();
  await run(machine, ['models', '--base-url', service.url]);
  service.always('other', answering(503, { error: 'busy' }));
  const { exitCode, stdout, stderr } = await run(machine, ['models', '--base-url', service.url]);
  expect(stdout.split('\n')).toEqual(listed('$0.08'));
  expect(stderr).toMatch(/^warning: this is the catalogue of \S+ ago: 127\.0\.0\.1:\d+ answered 503: busy$/);
  expect(exitCode).toBe(0);
});

test('is one object a model with --json', async () => {
  const service = await startService();
  tellPrices(service, { cents: 3.5 });
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['models', '--json', '--base-url', service.url]);
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  expect(lines[1]).toEqual({
    model: 'imagen-4-fast',
    service: 'imagen-4',
    actions: ['text_to_image'],
    status: 'active',
    aliases: ['fast'],
    ratios: [...ratios.split(' '), 'auto'],
    price: { currency: 'USD', unit_price_cents: 3.5, billing_unit: 'per_call', as_of: '2026-11-20T00:00:00Z' },
    error: null,
  });
  expect(lines).toHaveLength(5);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

test('lists what is known of Imagen where the service does not answer, and is no failure', async () => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['models', '--base-url', 'http://127.0.0.1:1']);
  expect(stdout.split('\n')).toEqual([
    `imagen-4\t\tprice unknown\t\ttext ${ratios}`,
    `imagen-4-fast\t\tprice unknown\t\ttext ${ratios} auto`,
    `imagen-4-ultra\t\tprice unknown\t\ttext ${ratios}`,
  ]);
  expect(stderr).toBe('warning: the service gives no list of models now: 127.0.0.1:1 refused the connection');
  expect(exitCode).toBe(0);
});

test.each([
  ['a web page', answering(200, '<html>')],
  ['an empty list', answering(200, { price_schedules: [] })],
  ['a list of something else', answering(200, { price_schedules: [{ model: 7 }, null] })],
  ['a failure of its own', answering(503, { error: 'busy' })],
])('knows no price where the service answers %s', async (_, answer) => {
  const service = await startService();
  service.always('other', answer);
  const { exitCode, stdout } = await run(await newMachine(), ['models', '--json', '--base-url', service.url]);
  const [line] = stdout.split('\n').map((each) => JSON.parse(each));
  expect(line).toMatchObject({ model: 'imagen-4', price: null, error: { code: expect.any(String) } });
  expect(exitCode).toBe(0);
});

test('prints the balance, and with --json all of it', async () => {
  const service = await startService();
  const told = { balance_cents: 412, bonus_balance_cents: 100, spent_cents_today: 16 };
  service.always('other', answering(200, told));
  const machine = await newMachine();
  const plain = await run(machine, ['balance', '--base-url', service.url]);
  expect(plain).toMatchObject({ stdout: '$4.12', stderr: '$1.00 bonus included, $0.16 spent today', exitCode: 0 });
  const full = await run(machine, ['balance', '--json', '--quiet', '--base-url', service.url]);
  expect(JSON.parse(full.stdout)).toEqual({
    ...told,
    paid_balance_cents: null,
    spent_cents_total: null,
    currency: 'USD',
  });
  expect(full).toMatchObject({ stderr: '', exitCode: 0 });
});

test('with --sandbox the models and the balance are those of the sandbox, without a key', async () => {
  const machine = await newMachine();
  const env = { ...machine.env, RUNAPI_API_KEY: '' };
  const listed = await run({ ...machine, env }, ['models', '--sandbox']);
  expect(listed).toMatchObject({ stderr: '', exitCode: 0 });
  expect(listed.stdout.split('\n').slice(0, 3)).toEqual([
    'imagen-4\timagen-4\t$0.08\tactive\ttext 1:1 16:9 9:16 3:4 4:3',
    'imagen-4-fast\timagen-4\t$0.04\tactive\ttext 1:1 16:9 9:16 3:4 4:3 auto',
    'imagen-4-ultra\timagen-4\t$0.12\tactive\ttext 1:1 16:9 9:16 3:4 4:3',
  ]);
  const balance = await run({ ...machine, env }, ['balance', '--sandbox']);
  expect(balance.exitCode).toBe(0);
  expect(balance.stdout).toMatch(/^\$\d+\.\d\d$/);
});

test('a balance needs the key, and says where it is refused', async () => {
  const service = await startService();
  service.always('other', answering(401, { error: 'bad key' }));
  const machine = await newMachine();
  const refused = await run(machine, ['balance', '--base-url', service.url]);
  expect(refused).toMatchObject({ stdout: '', exitCode: 2 });
  expect(refused.stderr).toContain('error: bad key');
  const env = { ...machine.env, RUNAPI_API_KEY: '' };
  const missing = await run({ ...machine, env }, ['balance', '--base-url', service.url]);
  expect(missing).toMatchObject({ stdout: '', exitCode: 2 });
  expect(service.calls).toHaveLength(1);
});
