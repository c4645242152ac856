import { expect, test } from 'vitest';
import { newMachine, run } from '../support/program.ts';
import { json, type Order, type Service, startService } from '../support/service.ts';
import { hasTerminal, runOnTerminal } from '../support/terminal.ts';

/** Answers a poll with the state of the task and the money: `usage` or `billing`. */
function told(service: Service, status: string, money: object): Order {
  return ({ task }, response) =>
    json(response, 200, {
      id: task?.id,
      status,
      ...(status === 'completed' && { images: [{ url: `${service.url}/files/${task?.id}/0.png` }] }),
      ...money,
    });
}

const reservation = { amount_cents: 8 };

test.each([
  [
    'what was settled wins over what was reserved',
    { billing: { reservation, settlement: { charged_amount_cents: 7, amount_micro_cents: 7_000_000 }, refund: null } },
    { reserved_cents: 8, charged_cents: 7, refunded: false },
  ],
  [
    'what the last look says wins over the create answer',
    { billing: { reservation: { amount_cents: 9 }, settlement: { charged_amount_cents: 9 }, refund: null } },
    { reserved_cents: 9, charged_cents: 9, refunded: false },
  ],
  [
    'a part of a cent is kept',
    { billing: { reservation: null, settlement: { amount_micro_cents: 3_750_000 }, refund: null } },
    { reserved_cents: 8, charged_cents: 3.75, refunded: false },
  ],
  [
    'dollars are told in cents, with their fraction',
    { usage: { cost: 0.0105 } },
    { reserved_cents: 8, charged_cents: 1.05, refunded: false },
  ],
  ['without a settlement what was reserved stays', {}, { reserved_cents: 8, charged_cents: null, refunded: false }],
])('%s', async (_, money, cost) => {
  const service = await startService({ dialect: 'service' }); // its create answer tells that it reserves 8 cents
  service.next('look', told(service, 'completed', money));
  const words = ['generate', 'a mug', '--json', '--quiet', '--base-url', service.url];
  const { exitCode, stdout, stderr } = await run(await newMachine(), words);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', cost: { currency: 'USD', ...cost } });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

test('a failed task tells its refund, and the record keeps it', async () => {
  const service = await startService({ dialect: 'service' });
  const machine = await newMachine();
  const refund = { refunded_at: '2026-11-20T10:00:00Z' };
  service.next('look', told(service, 'failed', { billing: { reservation, settlement: null, refund } }));
  const words = ['generate', 'a mug', '--json', '--base-url', service.url];
  const { exitCode, stdout } = await run(machine, words);
  const cost = { currency: 'USD', reserved_cents: 8, charged_cents: null, refunded: true };
  expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', cost, error: { code: 'task_failed' } });
  expect(exitCode).toBe(7);
  const history = await run(machine, ['history', '--json']);
  expect(JSON.parse(history.stdout)).toMatchObject({ cost });
});

test('a refund that has not happened yet is none', async () => {
  const service = await startService({ dialect: 'service' });
  const billing = { reservation, settlement: null, refund: { refunded_at: null } };
  service.next('look', told(service, 'failed', { billing }));
  const words = ['generate', 'a mug', '--json', '--base-url', service.url];
  const { stdout } = await run(await newMachine(), words);
  expect(JSON.parse(stdout).cost).toMatchObject({ refunded: false });
});

test('cost is null where the service tells nothing, and is not made up', async () => {
  const service = await startService();
  const words = ['generate', 'a mug', '--json', '--base-url', service.url];
  const { exitCode, stdout, stderr } = await run(await newMachine(), words);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', cost: null, reused: false });
  expect(stderr).toMatch(/ · cost unknown$/);
  expect(exitCode).toBe(0);
});

const settled = { usage: { cost: 0.08 } };

test('a task that carries the new form alone is counted in the record too', async () => {
  const service = await startService();
  const machine = await newMachine();
  service.always('look', told(service, 'completed', { usage: { cost: 0.0105 } }));
  const cost = { currency: 'USD', reserved_cents: null, charged_cents: 1.05, refunded: false };
  const words = ['generate', 'a mug', '--json', '--base-url', service.url];
  const { exitCode, stdout } = await run(machine, words);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', cost });
  expect(exitCode).toBe(0);
  const history = await run(machine, ['history', '--json']);
  expect(JSON.parse(history.stdout)).toMatchObject({ cost });
});

test('people are told what a picture cost', async () => {
  const service = await startService();
  service.always('look', told(service, 'completed', settled));
  const { exitCode, stderr } = await run(await newMachine(), ['generate', 'a mug', '--base-url', service.url]);
  expect(stderr).toMatch(/✔ a mug 16×16 PNG, \d+ B · .*s · \$0\.08$/m);
  expect(exitCode).toBe(0);
  expect(service.count('other')).toBe(0);
});

test('people are told what several cost together', async () => {
  const service = await startService();
  service.always('look', told(service, 'completed', settled));
  const words = ['generate', 'a mug', '-n', '3', '--base-url', service.url];
  const { exitCode, stderr } = await run(await newMachine(), words);
  expect(stderr.trimEnd()).toMatch(/^3 of 3 made · \$0\.24$/m);
  expect(exitCode).toBe(0);
});

test.skipIf(!hasTerminal)('at a terminal also what is left (needs script)', async () => {
  const service = await startService();
  service.always('look', told(service, 'completed', settled));
  // The picture comes when the balance has been told.
  const asked = new Promise<void>((resolve) => {
    service.next('other', (_call, response) => {
      response.once('close', resolve);
      json(response, 200, { balance_cents: 412 });
    });
  });
  service.next('image', (_call, _response, usual) => void asked.then(() => setTimeout(usual, 200)));
  const words = ['generate', 'a mug', '--base-url', service.url];
  const { screen, exitCode } = await runOnTerminal(await newMachine(), words);
  expect(`${screen}`).toContain('$0.08, balance $4.12');
  expect(exitCode).toBe(0);
});

test.skipIf(!hasTerminal)('a balance that does not come delays nothing (needs script)', async () => {
  const service = await startService();
  service.always('look', told(service, 'completed', settled));
  const asked = new Promise<void>((resolve) => service.next('other', () => resolve())); // never answered
  service.next('image', (_call, _response, usual) => void asked.then(usual));
  const words = ['generate', 'a mug', '--base-url', service.url];
  const { screen, exitCode } = await runOnTerminal(await newMachine(), words);
  expect(`${screen}`).toContain('$0.08');
  expect(`${screen}`).not.toContain('balance');
  expect(exitCode).toBe(0);
});
