import type { Failure } from '../errors.ts';
import { hostOf } from './base-url.ts';
import { type Answer, type Call, type Caller, exchange } from './exchange.ts';
import { problemOf } from './problem.ts';
import { answeredAt, retryAfter } from './retry.ts';

/** One call that has to be answered well. Throws the service's refusal. */
export async function ask(caller: Caller, call: Call): Promise<Answer> {
  const answer = await exchange(caller, call);
  if (answer.status >= 400) throw refusalOf(answer, call.url, caller.clock.now());
  return answer;
}

/** A refusal in the service's words, with the time that it asks to wait. */
export function refusalOf(answer: Answer, url: string, now: number): Failure {
  const failure = problemOf({ ...answer, requestId: answer.headers['x-request-id'], host: hostOf(url) });
  failure.facts.answeredAt = answeredAt(answer.headers);
  failure.facts.retryAfterMs = retryAfter(answer.headers, now);
  return failure;
}
