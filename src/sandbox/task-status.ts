import { type Answer, type Call, jsonAnswer, keyOf, Refusal } from './call.ts';
import { priceCents } from './prices.ts';
import { type Progress, progressOf, type SandboxTask, type TaskBook } from './task-book.ts';

export function showGuideTask(call: Call, book: TaskBook, id: string): Answer {
  const { task, progress } = find(call, book, id);
  const { model } = task.order;
  const result = resultOf(task, progress, call.origin);
  return answerFor(id, { task_id: id, status: progress, model, ...result });
}

export function showServiceTask(call: Call, book: TaskBook, id: string): Answer {
  const { task, progress } = find(call, book, id);
  return answerFor(id, serviceTask(task, progress, call.origin));
}

/** Answers for any kind of task of the service: the answer of its own route comes as a text inside. */
export function showWrappedTask(call: Call, book: TaskBook, id: string): Answer {
  const { task, progress } = find(call, book, id);
  const inner = serviceTask(task, progress, call.origin);
  const response = {
    status: 200,
    content_type: 'application/json',
    headers: {},
    body: JSON.stringify(inner),
  };
  const hasEnded = progress === 'completed' || progress === 'failed';
  return answerFor(id, { id, status: inner.status, response: hasEnded ? response : null });
}

function find(call: Call, book: TaskBook, id: string): { task: SandboxTask; progress: Progress } {
  keyOf(call);
  const task = book.find(id);
  if (!task) throw new Refusal(404, 'Task not found');
  return { task, progress: progressOf(task, book.now()) };
}

function serviceTask(task: SandboxTask, progress: Progress, origin: string): { id: string; status: string } {
  // The service has no word for a pending task.
  const status = progress === 'pending' ? 'processing' : progress;
  return { id: task.id, status, ...resultOf(task, progress, origin) };
}

function resultOf(task: SandboxTask, progress: Progress, origin: string): object {
  const images = { images: [{ url: `${origin}/files/${task.id}.png` }] };
  const outcome = { pending: {}, processing: {}, completed: images, failed: { error: task.reason } };
  return { ...outcome[progress], billing: billingOf(task, progress) };
}

/** Tells the cost of a task: reserved at once, charged when it completes, refunded when it fails. */
export function billingOf({ order, endsAtMs }: SandboxTask, progress: Progress): object {
  const cents = priceCents[order.model];
  const settlement = { charged_amount_cents: cents, amount_micro_cents: cents * 1_000_000 };
  return {
    reservation: { amount_cents: cents },
    settlement: progress === 'completed' ? settlement : null,
    refund: progress === 'failed' ? { refunded_at: new Date(endsAtMs).toISOString() } : null,
  };
}

function answerFor(id: string, body: object): Answer {
  return jsonAnswer(body, { 'X-RunAPI-Task-Id': id });
}
