import { type Answer, type Call, jsonAnswer, keyOf, Refusal } from './call.ts';
import { type Billing, type Progress, progressOf, type SandboxTask, type TaskBook } from './task-book.ts';

export function showGuideTask(call: Call, book: TaskBook, id: string): Answer {
  const { model, progress, result } = find(call, book, id);
  return answerFor(id, { task_id: id, status: progress, model, ...result });
}

export function showServiceTask(call: Call, book: TaskBook, id: string): Answer {
  const { status, result } = find(call, book, id);
  return answerFor(id, { id, status, ...result });
}

/** Answers for any kind of task of the service: the answer of its own route comes as a text inside. */
export function showWrappedTask(call: Call, book: TaskBook, id: string): Answer {
  const { status, result } = find(call, book, id);
  const body = JSON.stringify({ id, status, ...result });
  const response = { status: 200, content_type: 'application/json', headers: {}, body };
  return answerFor(id, { id, status, response: status === 'processing' ? null : response });
}

function find(call: Call, book: TaskBook, id: string) {
  keyOf(call);
  const task = book.tasks.get(id);
  if (!task) throw new Refusal(404, 'Task not found');
  const progress = progressOf(task, book.now());
  const { count, format, model } = task.order;
  const names = Array.from({ length: count }, (_, at) => `${id}${at > 0 ? `.${at + 1}` : ''}.${format}`);
  const outcome = {
    pending: {},
    processing: {},
    completed: { images: names.map((name) => ({ url: `${call.origin}/files/${name}` })) },
    failed: { error: task.reason },
  };
  // The service has no word for a pending task.
  const status = progress === 'pending' ? 'processing' : progress;
  return { model, progress, status, result: { ...outcome[progress], ...costOf(task, progress, book.billing) } };
}

/**
 * Tells the cost of a task: in the new form when it completes, in the old one as reserved at once, charged when it
 * completes, and refunded when it fails.
 */
export function costOf({ order: { cents }, endsAtMs }: SandboxTask, progress: Progress, form: Billing): object {
  if (form === 'new') return progress === 'completed' ? { usage: { cost: Number((cents / 100).toFixed(8)) } } : {};
  const settlement = { charged_amount_cents: cents, amount_micro_cents: cents * 1_000_000 };
  const billing = {
    reservation: { amount_cents: cents },
    settlement: progress === 'completed' ? settlement : null,
    refund: progress === 'failed' ? { refunded_at: new Date(endsAtMs).toISOString() } : null,
  };
  return { billing };
}

function answerFor(id: string, body: object): Answer {
  return jsonAnswer(body, { 'X-RunAPI-Task-Id': id });
}
