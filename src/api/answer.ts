import { Failure } from '../errors.ts';
import { at, firstText, isObject, type Json, type JsonObject, parseJson } from '../json.ts';
import { microCents, mostCents } from '../task/money.ts';
import { type Cost, isTaskId, type RemoteImage, type Task, type TaskStatus } from '../task/task.ts';
import { messageOf, plainText } from './problem.ts';

/** The id of the task that a create answer speaks of. */
export function acceptedId(answer: JsonObject): string | undefined {
  const id = firstText(answer, ['task_id', 'id', 'data.task_id', 'data.id']);
  return id !== undefined && isTaskId(id) ? id : undefined;
}

export function wasReplayed(answer: JsonObject): boolean {
  return (at(answer, 'task_replayed') ?? at(answer, 'data.task_replayed')) === true;
}

/** The states of the service, in any case. A word that is not listed means that the task still runs. */
const meanings: ReadonlyArray<[RegExp, TaskStatus]> = [
  [/^(pending|queued)$/i, 'pending'],
  [/^(completed?|succeeded|success|finished)$/i, 'completed'],
  [/^(failed|error|cancell?ed|expired|timeout)$/i, 'failed'],
];

export function statusOf(word: string): TaskStatus {
  return meanings.find(([words]) => words.test(word))?.[1] ?? 'processing';
}

/** Reads what a status answer says of the task, whichever of the known shapes it has. */
export function readTask(answer: JsonObject, id: string): Task {
  const told = unwrapped(answer);
  const word = firstText(told, ['status', 'state', 'data.status', 'data.state']);
  const status = word === undefined ? (imagesOf(told).length > 0 ? 'completed' : undefined) : statusOf(word);
  if (status === undefined) {
    const said = messageOf(JSON.stringify(told));
    throw unreadable(`the answer about task ${id} has no status${said ? `: ${said}` : ''}`);
  }
  const images = status === 'completed' ? imagesOf(told) : [];
  if (status === 'completed' && images.length === 0) {
    throw new Failure('bad_response', `task ${id} is completed, but its answer holds no image`, {
      hint: 'Look again in a moment; --verbose shows the answer',
    });
  }
  const reason = status === 'failed' ? (reasonOf(told, word) ?? null) : null;
  return { id, status, images, reason, seed: seedOf(told), cost: costOf(told) ?? costOf(answer) };
}

function seedOf(told: JsonObject): number | undefined {
  const seed = at(told, 'seed') ?? at(told, 'data.seed');
  return Number.isSafeInteger(seed) ? (seed as number) : undefined;
}

/** The body as a JSON object; everything else is not an answer of this API. */
export function readObject(text: string, host: string): JsonObject {
  const answer = parseJson(text);
  if (isObject(answer)) return answer;
  const what = text.trim() === '' ? 'an empty body' : /^\s*</.test(text) ? 'a web page' : 'something that is not JSON';
  throw unreadable(`${host} answered ${what}`);
}

/** `/api/v1/tasks/{id}` wraps the result: {"id","status","response":{"body"}}, the body a string when it is JSON. */
function unwrapped(answer: JsonObject): JsonObject {
  const body = at(answer, 'response.body');
  const inner = typeof body === 'string' ? parseJson(body) : body;
  if (!isObject(inner)) return answer;
  const outerStatus = firstText(answer, ['status', 'state']);
  return outerStatus === undefined ? inner : { ...inner, status: outerStatus };
}

function reasonOf(told: JsonObject, word: string | undefined): string | undefined {
  const paths = ['error.message', 'error', 'failure_reason', 'reason', 'message', 'data.error.message', 'data.error'];
  const text = firstText(told, paths);
  return text === undefined ? word : plainText(text);
}

function unreadable(message: string): Failure {
  return new Failure('bad_response', message, {
    hint: 'Is the base URL right? --verbose shows what was answered',
    retryable: true,
  });
}

/** As many as the record can number. Of fewer that nobody asked for the engine saves the first, and says so. */
const mostImages = 1000;
/** Longer addresses are refused by most servers. */
const longestUrl = 8000;

/**
 * The pictures of a completed task, wherever this server puts them: the first of these places that holds any.
 * Empty where none does.
 */
export function imagesOf(answer: unknown): RemoteImage[] {
  const urls = urlsOf(answer).slice(0, mostImages);
  return urls.map((url) => ({ url }));
}

function urlsOf(answer: unknown): string[] {
  for (const place of ['images', 'image_urls', 'image_url', 'output', 'data']) {
    const urls = urlsIn(at(answer, place));
    if (urls.length > 0) return urls;
  }
  for (const wrapper of ['result', 'data', 'response.body']) {
    const inner = at(answer, wrapper);
    const read = typeof inner === 'string' ? (parseJson(inner) ?? inner) : inner;
    const urls = [isObject(read) ? urlsOf(read) : [], urlsIn(read)].find((found) => found.length > 0);
    if (urls) return urls;
  }
  return [];
}

function urlsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return imageUrl(value);
  if (Array.isArray(value)) return value.flatMap(urlsIn);
  if (!isObject(value)) return [];
  if (typeof value.b64_json === 'string') return [`data:;base64,${value.b64_json}`];
  return typeof value.url === 'string' ? urlsIn(value.url) : [];
}

/** Read as browsers do: spaces around an address mean nothing. */
function imageUrl(text: string): string[] {
  const url = text.trim();
  if (/^data:/i.test(url)) return [url.replace(/^data:/i, 'data:')];
  return /^https?:/i.test(url) && url.length <= longestUrl && URL.canParse(url) ? [url] : [];
}

/** How a currency (ISO 4217) and a unit are written: anything else is not shown, and its amount means nothing. */
export const currencyForm = /^[A-Z]{3}$/;
export const unitForm = /^[A-Za-z][\w -]{0,31}$/;

/**
 * Reads the price in an answer: `usage` (dollars, since 28 September 2026) before `billing` (cents). Null if there is
 * neither. The service refunds failed tasks.
 */
export function costOf(answer: unknown): Cost | null {
  const usage = at(answer, 'usage') ?? at(answer, 'data.usage');
  const billing = at(answer, 'billing') ?? at(answer, 'data.billing');
  const reserved = cents(at(billing, 'reservation.amount_cents'));
  const settled = cents(at(billing, 'settlement.charged_amount_cents')) ?? exactCents(billing);
  const charged = centsOfDollars(at(usage, 'cost')) ?? settled;
  const refund = at(billing, 'refund');
  const refunded = isObject(refund) && refund.refunded_at !== null;
  if (reserved === null && charged === null && !refunded) return null;
  const currency = at(billing, 'currency') ?? at(billing, 'reservation.currency') ?? 'USD';
  if (!currencyForm.test(String(currency))) return null; // an amount of nobody knows what
  return { currency: String(currency), reserved_cents: reserved, charged_cents: charged, refunded };
}

/** Counts in whole micro-cents, so that 0.07 dollars are 7 cents and not 7.000000000000001. */
function centsOfDollars(value: unknown): number | null {
  const dollars = amountOf(value);
  return dollars === null ? null : cents(microCents(dollars * 100) / 1_000_000);
}

/** Reads the settlement in micro-cents, for answers that tell it in nothing else. */
function exactCents(billing: unknown): number | null {
  const micro = amountOf(at(billing, 'settlement.amount_micro_cents'));
  return micro === null ? null : cents(micro / 1_000_000);
}

function cents(value: unknown): number | null {
  const amount = amountOf(value);
  return amount !== null && amount <= mostCents ? amount : null;
}

function amountOf(value: unknown): number | null {
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0 ? amount : null;
}
