import { keyOf, refusedKeys } from './api-key.ts';
import { balanceOf } from './balance.ts';
import { billingOf } from './billing.ts';
import { type Answer, type Call, type House, isFirstTry, jsonAnswer } from './call.ts';
import { readOrder } from './order.ts';
import { refuseAsOrdered } from './ordered-refusal.ts';
import { priceCents } from './price-list.ts';
import { Refusal } from './refusal.ts';
import type { SandboxTask } from './task-book.ts';

export async function createGuideTask(call: Call, house: House): Promise<Answer> {
  const { task, replayed } = await enter(call, house);
  const { id, order } = task;
  const told = {
    task_id: id,
    status: 'pending',
    model: order.model,
    ...(replayed && { task_replayed: true }),
  };
  const headers = { 'X-RunAPI-Task-Id': id, Location: `/v1/text_to_image/${id}` };
  return accepted(task, house, jsonAnswer(told, headers));
}

export async function createServiceTask(call: Call, house: House): Promise<Answer> {
  const { task, replayed } = await enter(call, house);
  const billing = billingOf(task, 'pending');
  const told = {
    id: task.id,
    status: 'processing',
    task_replayed: replayed,
    billing,
  };
  return accepted(task, house, jsonAnswer(told, { 'X-RunAPI-Task-Id': task.id }));
}

async function enter(call: Call, house: House): Promise<{ task: SandboxTask; replayed: boolean }> {
  const key = keyOf(call);
  const body = await call.readJson();
  const idempotencyKey = call.headers['idempotency-key'] as string | undefined;
  if (idempotencyKey !== undefined && !/^.{1,512}$/.test(idempotencyKey)) {
    throw new Refusal(400, 'Idempotency-Key must have 1 to 512 characters');
  }
  const now = house.now();
  const order = readOrder(body);
  // A task that was accepted is there, whatever its prompt or the balance says now.
  if (!house.book.knows(idempotencyKey)) {
    refuseAsOrdered(order, idempotencyKey ?? JSON.stringify(body), house);
    const { balance_cents } = balanceOf(house.book.all(), now);
    if (key === refusedKeys.noCredits || balance_cents < priceCents[order.model]) {
      throw new Refusal(402, 'Insufficient credits');
    }
  }
  return house.book.enter({ idempotencyKey, order, body, createdAtMs: now });
}

function accepted(task: SandboxTask, house: House, answer: Answer): Answer {
  const lost = task.order.faults.has('cut-once') && isFirstTry(house, `cut-once ${task.id}`);
  return lost ? { ...answer, breaks: 'at once' } : answer;
}
