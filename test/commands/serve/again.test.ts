/** @module-tag slow */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, newMachine } from '../../support/program.ts';
import { startService } from '../../support/service.ts';
import { type Served, startServeOf } from './start-serve.ts';

/** Sends a request and goes away once its task is accepted. */
async function giveUp(served: Served, service: { count(kind: 'look'): number }, body: object): Promise<void> {
  const leaving = new AbortController();
  const asked = served.ask(body, { signal: leaving.signal });
  const before = service.count('look');
  while (service.count('look') === before) await new Promise((turn) => setImmediate(turn));
  leaving.abort();
  await expect(asked).rejects.toThrow();
}

test('a client that gave up and sends the same again joins the task and pays nothing more', async () => {
  const service = await startService({ runningLooks: 20 });
  const machine = await newMachine();
  const served = await startServeOf(service, machine);
  await giveUp(served, service, { prompt: 'a mug' });
  const { status, body } = await served.ask({ prompt: 'a mug' });
  expect(status).toBe(200);
  expect(body.data?.[0]?.b64_json).toBe(service.picture.toString('base64'));
  expect(service.tasks.size).toBe(1);
  expect((await filesIn(machine.folder)).length).toBe(1);
});

test('a picture that was finished when nobody waited is had by the same request, once', async () => {
  const service = await startService({ runningLooks: 2 });
  const served = await startServeOf(service, await newMachine());
  await giveUp(served, service, { prompt: 'a mug' });
  await served.logged(({ error }) => error === 'client_closed');
  expect((await served.ask({ prompt: 'a mug' })).status).toBe(200);
  expect(service.tasks.size).toBe(1);
  expect((await served.ask({ prompt: 'a mug' })).status).toBe(200);
  expect(service.tasks.size).toBe(2);
});

test.each(['SIGKILL', 'SIGTERM'] as const)('after %s the same request takes the task up', async (signal) => {
  const service = await startService({ runningLooks: 20 });
  const machine = await newMachine();
  const first = await startServeOf(service, machine);
  const asked = first.ask({ prompt: 'a mug', n: 2 }).catch(() => undefined);
  while (service.count('look') < 2) await new Promise((turn) => setImmediate(turn));
  await first.kill(signal);
  await asked;
  const second = await startServeOf(service, machine);
  const { status, body } = await second.ask({ prompt: 'a mug', n: 2 });
  expect({ status, pictures: body.data?.length }).toEqual({ status: 200, pictures: 2 });
  expect(service.tasks.size).toBe(2);
  expect((await filesIn(machine.folder)).length).toBe(2);
});

test('what the next server took up before it was asked for again is not saved twice', async () => {
  const service = await startService({ runningLooks: 20 });
  const machine = await newMachine();
  const first = await startServeOf(service, machine);
  await giveUp(first, service, { prompt: 'a mug' });
  await first.kill();
  const second = await startServeOf(service, machine);
  while (!(await filesIn(machine.folder)).some((name) => name.endsWith('.png')))
    await new Promise((turn) => setTimeout(turn, 20));
  expect((await second.ask({ prompt: 'a mug' })).status).toBe(200);
  expect([service.tasks.size, service.count('image'), (await filesIn(machine.folder)).length]).toEqual([1, 1, 1]);
});

test('an answer that the server died before is given by the next one', async () => {
  const service = await startService();
  const machine = await newMachine();
  const first = await startServeOf(service, machine);
  await giveUp(first, service, { prompt: 'a mug' });
  await first.logged(({ error }) => error === 'client_closed');
  await first.kill();
  const second = await startServeOf(service, machine);
  expect((await second.ask({ prompt: 'a mug' })).status).toBe(200);
  expect(service.tasks.size).toBe(1);
});

test('clients that ask for the same side by side get a picture each', async () => {
  const service = await startService({ runningLooks: 5 });
  const machine = await newMachine();
  const served = await startServeOf(service, machine);
  const answers = await Promise.all([1, 2, 3].map(() => served.ask({ prompt: 'a mug' })));
  expect(new Set(answers.map(({ body }) => body.tasks?.[0]?.task_id)).size).toBe(3);
  expect(service.tasks.size).toBe(3);
});

test('the same Idempotency-Key is the same purchase, answered or not; with other input it is a conflict', async () => {
  const service = await startService({ runningLooks: 5 });
  const machine = await newMachine();
  const headers = { 'idempotency-key': 'order-1' };
  const served = await startServeOf(service, machine);
  const ask = (prompt: string) => served.ask({ prompt }, { headers });
  const together = await Promise.all([ask('a mug'), ask('a mug')]);
  const later = await ask('a mug');
  const ids = [...together, later].map(({ body }) => body.tasks?.[0]?.task_id);
  expect(new Set(ids).size).toBe(1);
  expect((await ask('a fox')).body.error).toMatchObject({ code: 'conflict' });
  await served.kill();
  const next = await startServeOf(service, machine);
  expect((await next.ask({ prompt: 'a mug' }, { headers })).body.tasks?.[0]?.task_id).toBe(ids[0]);
  expect(service.tasks.size).toBe(1);
});

test('what is sent again once it was made is answered with the saved picture, as long as that is there', async () => {
  const service = await startService();
  const machine = await newMachine();
  const served = await startServeOf(service, machine);
  const ask = () => served.ask({ prompt: 'a mug' }, { headers: { 'idempotency-key': 'order-1' } });
  const [first, again] = [await ask(), await ask()];
  expect(again.body.data).toEqual(first.body.data);
  const [saved = '', ...more] = await filesIn(machine.folder);
  expect([more, service.count('create'), service.count('image')]).toEqual([[], 1, 1]);
  await rm(join(machine.folder, saved));
  expect((await ask()).body).toMatchObject({ data: first.body.data, tasks: [{ reused: true }] });
  expect(await filesIn(machine.folder)).toEqual([saved]);
  expect(service.tasks.size).toBe(1);
});

describe('two servers on one state folder pay once for', () => {
  const keyed = { headers: { 'idempotency-key': 'order-1' } };

  async function startTwo(runningLooks: number) {
    const service = await startService({ runningLooks });
    const machine = await newMachine();
    const [one, other] = await Promise.all([startServeOf(service, machine), startServeOf(service, machine)]);
    return { service, machine, one, other };
  }

  test.each([
    ['the same key', keyed],
    ['the same body', {}],
  ])('%s while the first makes it', async (_, more) => {
    const { service, machine, one, other } = await startTwo(20);
    const asked = one.ask({ prompt: 'a mug' }, more);
    while (service.count('look') === 0) await new Promise((turn) => setImmediate(turn));
    const [first, second] = await Promise.all([asked, other.ask({ prompt: 'a mug' }, more)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.data).toEqual(first.body.data);
    expect([service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([1, 1]);
  });

  test.each([
    ['the same key', keyed],
    ['the same body', {}],
  ])('%s at the same instant', async (_, more) => {
    const { service, one, other } = await startTwo(3);
    for (let times = 1; times <= 5; times++) {
      const body = { prompt: `mug ${times}` };
      const key = 'headers' in more && { headers: { 'idempotency-key': `order-${times}` } };
      const answers = await Promise.all([one.ask(body, { ...key }), other.ask(body, { ...key })]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(service.tasks.size).toBe(times);
    }
  });

  test('the same key once the first was answered, and refuse it for another request', async () => {
    const { service, machine, one, other } = await startTwo(1);
    const first = await one.ask({ prompt: 'a mug' }, keyed);
    expect((await other.ask({ prompt: 'a mug' }, keyed)).body.data).toEqual(first.body.data);
    for (const body of [{ prompt: 'a fox' }, { prompt: 'a mug', n: 2 }])
      expect((await other.ask(body, keyed)).body.error).toMatchObject({ code: 'conflict' });
    expect([service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([1, 1]);
  });

  test('a picture that the other one takes over when the first dies', async () => {
    const { service, machine, one, other } = await startTwo(40);
    const asked = one.ask({ prompt: 'a mug' }, keyed).catch(() => undefined);
    while (service.count('look') === 0) await new Promise((turn) => setImmediate(turn));
    const second = other.ask({ prompt: 'a mug' }, keyed);
    await one.kill();
    await asked;
    expect((await second).status).toBe(200);
    expect([service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([1, 1]);
  });
});
