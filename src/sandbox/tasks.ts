import { type Answer, type Call, keyOf, keyWithoutCredits, Refusal } from './answer.ts';
import { type Book, balanceOf, type Progress, progressOf, type SandboxTask } from './book.ts';
import { type Asked, formatOf, readOrder, refuseIfOrdered } from './order.ts';
import { checkUploads } from './uploads.ts';

export async function createGuideTask(call: Call, book: Book): Promise<Answer> {
  const { task, replayed } = await enter(call, book, 'guide');
  const { id, order } = task;
  const body = { task_id: id, status: 'pending', model: order.fields.model, ...(replayed && { task_replayed: true }) };
  return accepted(task, book, body, { Location: `/v1/text_to_image/${id}` });
}

const actions = ['text_to_image', 'remix_image', 'edit_image'];

/** The path names a service, with `_` for `-`, and one of its actions. */
export async function createServiceTask(call: Call, book: Book, service: string, action: string): Promise<Answer> {
  if (!actions.includes(action)) throw new Refusal(404, 'Not found');
  const { task, replayed } = await enter(call, book, 'service', { service, action });
  const cost = costOf(task, 'pending', book);
  return accepted(task, book, { id: task.id, status: 'processing', task_replayed: replayed, ...cost });
}

async function enter(call: Call, book: Book, dialect: 'guide' | 'service', asked?: Asked) {
  const apiKey = keyOf(call);
  const body = await call.readJson();
  const idempotencyKey = call.headers['idempotency-key'] as string | undefined;
  if (idempotencyKey !== undefined && !/^.{1,512}$/.test(idempotencyKey))
    throw new Refusal(400, 'Idempotency-Key must have 1 to 512 characters');
  // A task that was accepted exists, whatever its model, its prompt or the balance says now.
  const replay = idempotencyKey === undefined ? undefined : book.replay(apiKey, idempotencyKey, body);
  if (replay) return { task: replay, replayed: true };
  const order = readOrder(body, book.shop, asked);
  checkUploads(call, book, order.sources);
  const attempt = idempotencyKey ?? JSON.stringify(body);
  refuseIfOrdered(order.faults, (fault) => book.isFirstTry(`${fault} ${attempt}`));
  if (apiKey === keyWithoutCredits || balanceOf(book).balance_cents < order.cents)
    throw new Refusal(402, 'Insufficient credits');
  const task = book.enter({ dialect, apiKey, idempotencyKey, order, body, createdAtMs: book.now() });
  return { task, replayed: false };
}

function accepted({ id, order }: SandboxTask, book: Book, body: object, headers = {}): Answer {
  const isLost = order.faults.has('cut-once') && book.isFirstTry(`cut-once ${id}`);
  return { ...answerFor(id, body, headers), breaks: isLost ? 'at once' : undefined };
}

export function showGuideTask(call: Call, book: Book, id: string): Answer {
  const { model, progress, result } = find(call, book, id);
  return answerFor(id, { task_id: id, status: progress, model, ...result });
}

export function showServiceTask(call: Call, book: Book, id: string): Answer {
  const { status, result } = find(call, book, id);
  return answerFor(id, { id, status, ...result });
}

/** Answers for any kind of task of the service: the answer of its own route comes as a text inside. */
export function showWrappedTask(call: Call, book: Book, id: string): Answer {
  const { status, result } = find(call, book, id);
  const body = JSON.stringify({ id, status, ...result });
  const response = { status: 200, content_type: 'application/json', headers: {}, body };
  return answerFor(id, { id, status, response: status === 'processing' ? null : response });
}

function find(call: Call, book: Book, id: string) {
  keyOf(call);
  const task = book.tasks.get(id);
  if (!task) throw new Refusal(404, 'Task not found');
  const progress = progressOf(task, book.now());
  const { count, fields } = task.order;
  const names = Array.from({ length: count }, (_, at) => `${id}${at > 0 ? `.${at + 1}` : ''}.${formatOf(fields)}`);
  const outcome = {
    pending: {},
    processing: {},
    completed: { images: names.map((name) => ({ url: `${call.origin}/files/${name}` })) },
    failed: { error: task.reason },
  };
  // The service has no word for a pending task.
  const status = progress === 'pending' ? 'processing' : progress;
  return { model: fields.model, progress, status, result: { ...outcome[progress], ...costOf(task, progress, book) } };
}

/**
 * Tells the cost of a task: in the new form when it completes, in the old one as reserved at once, charged when it
 * completes, and refunded when it fails.
 */
function costOf({ order: { cents }, endsAtMs }: SandboxTask, progress: Progress, { billing: form }: Book): object {
  if (form === 'new') return progress === 'completed' ? { usage: { cost: Number((cents / 100).toFixed(8)) } } : {};
  const settlement = { charged_amount_cents: cents, amount_micro_cents: cents * 1_000_000 };
  const billing = {
    reservation: { amount_cents: cents },
    settlement: progress === 'completed' ? settlement : null,
    refund: progress === 'failed' ? { refunded_at: new Date(endsAtMs).toISOString() } : null,
  };
  return { billing };
}

function answerFor(id: string, body: object, headers = {}): Answer {
  return { body, headers: { 'X-RunAPI-Task-Id': id, ...headers } };
}
