import { balanceOf } from './account.ts';
import { type Answer, type Call, jsonAnswer, keyOf, Refusal, refusedKeys } from './call.ts';
import { refuseIfOrdered } from './faults.ts';
import { type Asked, readOrder } from './order.ts';
import type { SandboxTask, TaskBook } from './task-book.ts';
import { costOf } from './task-status.ts';
import { checkUploads } from './uploads.ts';

export async function createGuideTask(call: Call, book: TaskBook): Promise<Answer> {
  const { task, replayed } = await enter(call, book, 'guide');
  const { id, order } = task;
  const replay = replayed ? { task_replayed: true } : {};
  const headers = { 'X-RunAPI-Task-Id': id, Location: `/v1/text_to_image/${id}` };
  const body = { task_id: id, status: 'pending', model: order.model, ...replay };
  return accepted(task, book, jsonAnswer(body, headers));
}

const actions = ['text_to_image', 'remix_image', 'edit_image'];

/** The path names a service, with `_` for `-`, and one of its actions. */
export async function createServiceTask(call: Call, book: TaskBook, service: string, action: string): Promise<Answer> {
  if (!actions.includes(action)) throw new Refusal(404, 'Not found');
  const { task, replayed } = await enter(call, book, 'service', { service, action });
  const { id } = task;
  const cost = costOf(task, 'pending', book.billing);
  const body = { id, status: 'processing', task_replayed: replayed, ...cost };
  return accepted(task, book, jsonAnswer(body, { 'X-RunAPI-Task-Id': id }));
}

async function enter(call: Call, book: TaskBook, dialect: 'guide' | 'service', asked?: Asked) {
  const key = keyOf(call);
  const body = await call.readJson();
  const idempotencyKey = call.headers['idempotency-key'] as string | undefined;
  if (idempotencyKey !== undefined && !/^.{1,512}$/.test(idempotencyKey))
    throw new Refusal(400, 'Idempotency-Key must have 1 to 512 characters');
  // A task that was accepted exists, whatever its model, its prompt or the balance says now.
  const replay = idempotencyKey === undefined ? undefined : book.replay(key, idempotencyKey, body);
  if (replay) return { task: replay, replayed: true };
  const order = readOrder(body, book.shop, asked);
  checkUploads(call, book, order.sources);
  const attempt = idempotencyKey ?? JSON.stringify(body);
  refuseIfOrdered(order.faults, (fault) => book.isFirstTry(`${fault} ${attempt}`));
  if (key === refusedKeys.noCredits || balanceOf(book).balance_cents < order.cents)
    throw new Refusal(402, 'Insufficient credits');
  const task = book.enter({ dialect, apiKey: key, idempotencyKey, order, body, createdAtMs: book.now() });
  return { task, replayed: false };
}

function accepted(task: SandboxTask, book: TaskBook, answer: Answer): Answer {
  const isLost = task.order.faults.has('cut-once') && book.isFirstTry(`cut-once ${task.id}`);
  return isLost ? { ...answer, breaks: 'at once' } : answer;
}
