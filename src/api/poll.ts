import { type ErrorCode, Failure } from '../errors.ts';
import { isObject, parseJson } from '../json.ts';
import type { Task } from '../task/task.ts';
import { readObject, readTask } from './answer.ts';
import { hostOf } from './base-url.ts';
import { type Caller, exchange } from './exchange.ts';
import { type Answer, problemOf } from './problem.ts';
import { answeredAt, retryAfter } from './retry.ts';
import { type StatusClues, statusUrls } from './routes.ts';

export interface Poll {
  task: Task;
  /** Where the answer was found: the first place to ask next time. */
  statusUrl: string;
  /** Milliseconds that the service asks to wait before the next poll. */
  retryAfterMs?: number | undefined;
}

/**
 * Polls a task once. Routes that answer 404 are passed over one after the other; only when all do is the task unknown
 * (`not_found`). So is a web page where a task should be: some servers answer one for every address. The task is paid
 * for, so every failure may be retried but the refusal of the key in the service's own words.
 */
export async function poll(caller: Caller, id: string, clues: StatusClues, signal?: AbortSignal): Promise<Poll> {
  const { base } = caller;
  const now = caller.clock.now();
  let unreadable: Failure | undefined;
  let lastAnswer: Answer | undefined;
  let isGone = false;
  try {
    for (const url of statusUrls(base, id, clues)) {
      const answer = await exchange(caller, { method: 'GET', url, signal });
      lastAnswer = answer;
      isGone ||= answer.status === 410;
      if (answer.status === 404 || answer.status === 405 || answer.status === 410) continue;
      try {
        if (answer.status >= 300) throw lostOrRefused(answer, base, now);
        const task = readTask(readObject(answer.text, hostOf(base)), id);
        return { task, statusUrl: url, retryAfterMs: retryAfter(answer.headers, now) };
      } catch (error) {
        if (!(error instanceof Failure) || isEverywhere(error)) throw error;
        unreadable ??= error;
      }
    }
    throw unreadable ?? unknownTask(base, id, isGone, lastAnswer);
  } catch (error) {
    if (error instanceof Failure && !unlikeLost.has(error.code)) error.facts.retryable = true;
    throw error;
  }
}

const unlikeLost: ReadonlySet<ErrorCode> = new Set([
  'authentication',
  'not_found',
  'timeout',
  'interrupted',
  'internal',
]);

/** Tells whether a failure holds for all addresses: a refused key, a broken server, a task without a picture. */
function isEverywhere({ code, facts }: Failure): boolean {
  if (code === 'bad_response') return !facts.retryable;
  return code === 'authentication' || code === 'rate_limit' || code === 'service_unavailable';
}

/** Tells a refused key from a firewall's page, whatever its status. */
function lostOrRefused(answer: Answer, base: string, now: number): Failure {
  const failure = problemOf(answer, base, now);
  if (failure.code !== 'authentication' || isObject(parseJson(answer.text))) return failure;
  return new Failure(
    'service_unavailable',
    `${hostOf(base)} answered ${answer.status}, and not in JSON`,
    failure.facts,
  );
}

function unknownTask(base: string, id: string, isGone: boolean, answer: Answer | undefined): Failure {
  return new Failure('not_found', `${hostOf(base)} has no task ${id}`, {
    hint: 'Check the id, and that the key is of the account that made it',
    status: isGone ? 410 : 404,
    expired: isGone,
    answeredAt: answer && answeredAt(answer.headers),
  });
}
