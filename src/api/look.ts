import { Failure } from '../errors.ts';
import type { Task } from '../task/task.ts';
import { readObject, readTask } from './answer.ts';
import { refusalOf } from './ask.ts';
import { type Caller, exchange } from './exchange.ts';
import { answeredAt, retryAfter } from './retry.ts';
import { type StatusClues, statusUrls } from './routes.ts';
import { hostOf } from './submit.ts';

export interface Look {
  task: Task;
  /** Where the answer was found: the first place to look next time. */
  statusUrl: string;
  /** Milliseconds that the service asks to wait before the next look. */
  retryAfterMs?: number | undefined;
}

/**
 * One look at a task. Routes that answer 404 are passed over one after the other; only when all do is the task
 * unknown (`not_found`). So is a web page where a task should be: some servers answer one for every address.
 */
export async function look(
  caller: Caller,
  base: string,
  id: string,
  clues: StatusClues,
  now: number,
  signal?: AbortSignal,
): Promise<Look> {
  let unreadable: Failure | undefined;
  let lastAnswer: number | undefined;
  for (const url of statusUrls(base, id, clues)) {
    const answer = await exchange(caller, { method: 'GET', url, signal });
    lastAnswer = answeredAt(answer.headers);
    if (answer.status === 404 || answer.status === 405 || answer.status === 410) continue;
    if (answer.status >= 300) throw refusalOf(answer, base, now);
    try {
      const task = readTask(readObject(answer.text, hostOf(base)), id);
      return {
        task,
        statusUrl: url,
        retryAfterMs: retryAfter(answer.headers['retry-after'], now),
      };
    } catch (error) {
      if (!(error instanceof Failure) || !error.facts.retryable) throw error;
      unreadable ??= error;
    }
  }
  throw unreadable ?? unknownTask(base, id, lastAnswer);
}

function unknownTask(base: string, id: string, lastAnswer: number | undefined): Failure {
  return new Failure('not_found', `${hostOf(base)} knows no task ${id}`, {
    hint: 'Check the id, and that the key is of the account that made it',
    status: 404,
    answeredAt: lastAnswer,
  });
}
