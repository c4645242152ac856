import { balanceOf } from './account.ts';
import { type Answer, type Call, jsonAnswer, keyOf, Refusal, refusedKeys } from './call.ts';
import { refuseIfOrdered } from './faults.ts';
import { readOrder } from './order.ts';
import { priceCents } from './prices.ts';
import type { SandboxTask, TaskBook } from './task-book.ts';
import { costOf } from './task-status.ts';

export async function createGuideTask(call: Call, book: TaskBook): Promise<Answer> {
  const { task, replayed } = await enter(call, book, 'guide');
  const { id, order } = task;
  const replay = replayed ? { task_replayed: true } : {};
  const headers = { 'X-RunAPI-Task-Id': id, Location: `/v1/text_to_image/${id}` };
  const body = { task_id: id, status: 'pending', model: order.model, ...replay };
  return accepted(task, book, jsonAnswer(body, headers));
}

export async function createServiceTask(call: Call, book: TaskBook): Promise<Answer> {
  const { task, replayed } = await enter(call, book, 'service');
  const { id } = task;
  const cost = costOf(task, 'pending', book.billing);
  const body = { id, status: 'processing', task_replayed: replayed, ...cost };
  return accepted(task, book, jsonAnswer(body, { 'X-RunAPI-Task-Id': id }));
}

async function enter(call: Call, book: TaskBook, dialect: 'guide' | 'service') {
  const key = keyOf(call);
  const body = await call.readJson();
  const idempotencyKey = call.headers['idempotency-key'] as string | undefined;
  if (idempotencyKey !== undefined && !/^.{1,512}$/.test(idempotencyKey))
    throw new Refusal(400, 'Idempotency-Key must have 1 to 512 characters');
  const order = readOrder(body);
  // A task that was accepted exists, whatever its prompt or the balance says now.
  if (idempotencyKey === undefined || !book.knows(idempotencyKey)) {
    const attempt = idempotencyKey ?? JSON.stringify(body);
    refuseIfOrdered(order.faults, (fault) => book.isFirstTry(`${fault} ${attempt}`));
    if (key === refusedKeys.noCredits || balanceOf(book).balance_cents < priceCents[order.model])
      throw new Refusal(402, 'Insufficient credits');
  }
  return book.enter({ dialect, idempotencyKey, order, body, createdAtMs: book.now() });
}

function accepted(task: SandboxTask, book: TaskBook, answer: Answer): Answer {
  const isLost = task.order.faults.has('cut-once') && book.isFirstTry(`cut-once ${task.id}`);
  return isLost ? { ...answer, breaks: 'at once' } : answer;
}
