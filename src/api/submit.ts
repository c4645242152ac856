import { Failure } from '../errors.ts';
import { firstText } from '../json.ts';
import type { ImageRequest } from '../request/request.ts';
import type { Cost } from '../task/task.ts';
import { isTaskId } from '../task/task-id.ts';
import { acceptedId, readObject, wasReplayed } from './answer.ts';
import { costOf } from './billing.ts';
import { type Answer, type Caller, exchange, isRedirect } from './exchange.ts';
import { NetworkFault } from './network-fault.ts';
import { problemOf } from './problem.ts';
import { retryAfter } from './retry.ts';
import { createUrl, type Dialect, namedStatusUrl } from './routes.ts';
import { type Patience, tryAgain } from './try-again.ts';

/** What the service said when it took the task. */
export interface Accepted {
  id: string;
  dialect: Dialect;
  statusUrl?: string | undefined;
  /** The service had this task already: nothing new was charged. */
  replayed: boolean;
  cost: Cost | null;
}

/** Whether the service may hold a task that is not known yet. Whoever stops the program reads it. */
export interface Fate {
  uncertain: boolean;
}

export interface Submission extends Patience {
  base: string;
  request: ImageRequest;
  idempotencyKey: string;
  /** The dialects to try, the likeliest first. */
  dialects: readonly Dialect[];
  fate: Fate;
}

/**
 * Posts the request, again and again with its one key, until the service takes or refuses it. Throws the `Failure`
 * that ended it; `fate.uncertain` then tells whether a task may exist all the same.
 */
export async function submit(caller: Caller, submission: Submission): Promise<Accepted> {
  return await tryAgain(() => tryDialects(caller, submission), submission);
}

/** A 404 or 405 of a create route means that nothing was created there: only then is the next dialect tried. */
async function tryDialects(caller: Caller, submission: Submission): Promise<Accepted> {
  let missing: Failure | undefined;
  for (const dialect of submission.dialects) {
    const answer = await post(caller, submission, dialect);
    if (answer.status !== 404 && answer.status !== 405) return readAccepted(answer, submission, dialect);
    missing = problemOf({
      ...answer,
      requestId: answer.headers['x-request-id'],
      host: hostOf(submission.base),
    });
  }
  throw new Failure('not_found', `${hostOf(submission.base)} has no Imagen 4 API: ${missing?.message}`, {
    ...missing?.facts,
    hint: 'Check --base-url (and the setting api)',
  });
}

async function post(caller: Caller, submission: Submission, dialect: Dialect): Promise<Answer> {
  const { base, request, idempotencyKey, fate, deadline, clock } = submission;
  const before = fate.uncertain;
  try {
    const answer = await exchange(caller, {
      method: 'POST',
      url: createUrl(base, dialect),
      body: wireRequest(request),
      headers: {
        'idempotency-key': idempotencyKey,
        'x-client-request-id': idempotencyKey,
      },
      signal: deadline.signal,
      leaving: () => {
        fate.uncertain = true;
      },
    });
    if (answer.status < 400) return answer;
    const failure = problemOf({
      ...answer,
      requestId: answer.headers['x-request-id'],
      host: hostOf(base),
    });
    // A refusal is certain; after a 5xx nobody knows.
    if (failure.code !== 'service_unavailable') fate.uncertain = before;
    if (answer.status === 404 || answer.status === 405) return answer;
    failure.facts.retryAfterMs = retryAfter(answer.headers['retry-after'], clock.now());
    // The try before, of which no answer came, may still be under way.
    if (answer.status === 409 && before) {
      failure.facts.retryable = true;
      failure.facts.hint =
        'It may have been accepted: the same command again in a minute pays for nothing twice';
    }
    throw failure;
  } catch (error) {
    const redirected = error instanceof Failure && isRedirect(error.facts.status);
    if (redirected || (error instanceof NetworkFault && error.neverSent)) fate.uncertain = before;
    throw error;
  }
}

function readAccepted(answer: Answer, { base }: Submission, dialect: Dialect): Accepted {
  const named = answer.headers['x-runapi-task-id'];
  const fallbackId = named !== undefined && isTaskId(named) ? named : undefined;
  let body: ReturnType<typeof readObject> = {};
  try {
    body = readObject(answer.text, hostOf(base));
  } catch (error) {
    if (fallbackId === undefined) throw error;
  }
  const id = acceptedId(body) ?? fallbackId;
  if (id === undefined) {
    throw new Failure('bad_response', `${hostOf(base)} took the request and named no task`, {
      hint: 'Is the base URL right? --verbose shows what was answered',
      status: answer.status,
      retryable: true,
    });
  }
  const statusUrl = answer.headers.location ?? firstText(body, ['status_url', 'data.status_url']);
  return {
    id,
    dialect,
    statusUrl: namedStatusUrl(base, statusUrl),
    replayed: wasReplayed(body),
    cost: costOf(body),
  };
}

/** The JSON body: fields that were not given are not sent. */
export function wireRequest(request: ImageRequest): Record<string, string | number> {
  return {
    model: request.model,
    prompt: request.prompt,
    ...(request.aspectRatio !== undefined && {
      aspect_ratio: request.aspectRatio,
    }),
    ...(request.negativePrompt !== undefined && {
      negative_prompt: request.negativePrompt,
    }),
    ...(request.seed !== undefined && { seed: request.seed }),
    ...(request.callbackUrl !== undefined && {
      callback_url: request.callbackUrl,
    }),
  };
}

export function hostOf(base: string): string {
  return new URL(base).host;
}
