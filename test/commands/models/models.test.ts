import { expect, test } from 'vitest';
import { newMachine, run } from '../../support/program.ts';
import { answering, startService } from '../../support/service.ts';
import { tellPrices } from '../../support/tariff.ts';

const ratios = '1:1 16:9 9:16 3:4 4:3';

test('lists the models with their ratios and live prices, without a key', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const env = { ...machine.env, RUNAPI_API_KEY: '' };
  const { exitCode, stdout, stderr } = await run({ ...machine, env }, ['models', '--base-url', service.url]);
  expect(stdout.split('\n')).toEqual([
    `imagen-4        $0.08 a task  ${ratios}`,
    `imagen-4-fast   $0.08 a task  ${ratios} auto`,
    `imagen-4-ultra  $0.08 a task  ${ratios}`,
  ]);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

test('sends no key for prices', async () => {
  const service = await startService();
  tellPrices(service);
  await run(await newMachine(), ['models', '--base-url', service.url]);
  expect(service.calls.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('asks whether the prices it knows are still right', async () => {
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

test('is one object a model with --json', async () => {
  const service = await startService();
  tellPrices(service, { cents: 3.5 });
  const { exitCode, stdout, stderr } = await run(await newMachine(), [
    'models',
    '--json',
    '--base-url',
    service.url,
  ]);
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  expect(lines[1]).toEqual({
    model: 'imagen-4-fast',
    aliases: ['fast'],
    ratios: [...ratios.split(' '), 'auto'],
    price: { currency: 'USD', unit_price_cents: 3.5, billing_unit: 'task', as_of: '2026-11-20T00:00:00Z' },
    error: null,
  });
  expect(lines).toHaveLength(3);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

test('finds a service that writes its name in the other way', async () => {
  const service = await startService();
  tellPrices(service, { name: 'imagen_4', cents: 5 });
  const { exitCode, stdout } = await run(await newMachine(), ['models', '--base-url', service.url]);
  expect(stdout).toContain('imagen-4        $0.05 a task');
  expect(exitCode).toBe(0);
});

test('says where the service does not answer, and is no failure', async () => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), [
    'models',
    '--base-url',
    'http://127.0.0.1:1',
  ]);
  expect(stdout.split('\n')).toEqual([
    `imagen-4        price unknown  ${ratios}`,
    `imagen-4-fast   price unknown  ${ratios} auto`,
    `imagen-4-ultra  price unknown  ${ratios}`,
  ]);
  expect(stderr).toBe('warning: the service gives no live prices now: 127.0.0.1:1 refused the connection');
  expect(exitCode).toBe(0);
});

test.each([
  ['a web page', answering(200, '<html>')],
  ['a list without the model', answering(200, { price_schedules: [] })],
  [
    'a price that is not there yet',
    answering(200, { price_schedules: [{ model: 'imagen-4', unit_price_cents: null }] }),
  ],
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
  expect(plain).toMatchObject({
    stdout: '$4.12',
    stderr: '$1.00 bonus included, $0.16 spent today',
    exitCode: 0,
  });
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
  expect(listed.stdout.split('\n')).toEqual([
    'imagen-4        $0.08 a task  1:1 16:9 9:16 3:4 4:3',
    'imagen-4-fast   $0.04 a task  1:1 16:9 9:16 3:4 4:3 auto',
    'imagen-4-ultra  $0.12 a task  1:1 16:9 9:16 3:4 4:3',
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
