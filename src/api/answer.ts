import { Failure } from '../errors.ts';
import { at, firstText, isObject, type JsonObject, parseJson } from '../json.ts';
import type { Task, TaskStatus } from '../task/task.ts';
import { isTaskId } from '../task/task-id.ts';
import { costOf } from './billing.ts';
import { imagesOf } from './images.ts';
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
