import { Failure } from '../errors.ts';
import { firstText, type JsonObject } from '../json.ts';
import { textFields, wireNameOf } from '../request/further-fields.ts';
import type { ImageRequest } from '../request/request.ts';
import { type Cost, isTaskId } from '../task/task.ts';
import { acceptedId, costOf, readObject, wasReplayed } from './answer.ts';
import { hostOf } from './base-url.ts';
import { type Caller, exchange, isRedirect, taskHeader } from './exchange.ts';
import { NetworkFault } from './network-fault.ts';
import { type Answer, messageOf, problemOf } from './problem.ts';
import { answeredAt, type RetryOptions, withRetries } from './retry.ts';
import { createUrl, type Dialect, namedStatusUrl, type Route } from './routes.ts';

/** What the service said when it took the task. */
export interface Accepted {
  id: string;
  dialect: Dialect;
  statusUrl?: string | undefined;
  /** The service had this task already: nothing new was charged. */
  replayed: boolean;
  /** When the service answered, by its own clock: milliseconds since 1970. */
  servedAt?: number | undefined;
  cost: Cost | null;
}

/** Whether the service may hold a task that is not known yet. Whoever stops the program reads it. */
export interface Fate {
  uncertain: boolean;
}

export interface Submission extends RetryOptions {
  request: ImageRequest;
  route: Route;
  /**
   * Finds the addresses of the pictures that it is made from, before each try: those to send, and then others that it
   * may have left with before.
   */
  findPictures(): Promise<ReadonlyArray<readonly string[]>>;
  idempotencyKey: string;
  /** The forms of the API to try, the likeliest first. */
  dialects: readonly Dialect[];
  /** The form in which the request left before, where its answer was lost. */
  dialect?: Dialect | undefined;
  fate: Fate;
  /** Throws where this process may not send the request any more. */
  guard?: (() => void) | undefined;
  /** Called before the request leaves in a form that may not be the server's, or with pictures. */
  onPosting?: ((dialect: Dialect, imageUrls: readonly string[]) => Promise<void>) | undefined;
}

/**
 * Posts the request, again and again with its one key, until the service takes or refuses it. Once an answer was lost
 * no refusal is final and no other form of the API is tried, because the service may have the task. While it says that the
 * same key is in progress, it is asked until the deadline. Throws the `Failure` that ended it; `fate.uncertain` then tells whether a task may exist.
 */
export async function submit(caller: Caller, submission: Submission): Promise<Accepted> {
  const lost = { in: submission.fate.uncertain ? submission.dialect : undefined };
  return await withRetries(() => tryDialects(caller, submission, lost), submission);
}

/** A 404 or 405 of a create route means that nothing was created there: only then is the next dialect tried. */
async function tryDialects(
  caller: Caller,
  submission: Submission,
  lost: { in: Dialect | undefined },
): Promise<Accepted> {
  let missing: Failure | undefined;
  const pictures = await submission.findPictures();
  for (const dialect of lost.in === undefined ? submission.dialects : [lost.in]) {
    const before = submission.fate.uncertain;
    try {
      return readAccepted(await postAny(caller, submission, dialect, pictures), caller.base, submission.route, dialect);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (submission.fate.uncertain && !before) lost.in = dialect;
      const isMissing = error.facts.status === 404 || error.facts.status === 405;
      if (submission.fate.uncertain && lost.in !== undefined) throw persistent(error);
      if (!isMissing) throw error;
      missing = error;
    }
  }
  throw new Failure('not_found', `${hostOf(caller.base)} does not make pictures: ${missing?.message}`, {
    ...missing?.facts,
    hint: 'Check --base-url (and the setting api)',
  });
}

/** A refused key or an empty account ends the waiting, but not the task. Everything else is asked again. */
function persistent(failure: Failure): Failure {
  if (failure.code === 'authentication' || failure.code === 'insufficient_credits') return failure;
  if (failure.code === 'interrupted' || failure.code === 'timeout') return failure;
  failure.facts.retryable = true;
  failure.facts.persist = failure.code === 'conflict'; // the service is at work on it
  failure.facts.hint = 'An earlier try may have been accepted. The same command later asks again, and pays once';
  return failure;
}

/**
 * Posts the request with the addresses of its pictures. The service takes its key for one body alone: where it refuses
 * the newest addresses, it may hold a task that was made from those before.
 */
async function postAny(
  caller: Caller,
  submission: Submission,
  dialect: Dialect,
  [imageUrls = [], ...earlier]: ReadonlyArray<readonly string[]>,
): Promise<Answer> {
  await submission.onPosting?.(dialect, imageUrls);
  try {
    return await post(caller, submission, dialect, imageUrls);
  } catch (error) {
    const isRefused = error instanceof Failure && (error.code === 'conflict' || error.code === 'validation');
    if (isRefused && earlier.length > 0) return await postAny(caller, submission, dialect, earlier);
    throw error;
  }
}

async function post(
  caller: Caller,
  submission: Submission,
  dialect: Dialect,
  imageUrls: readonly string[],
): Promise<Answer> {
  const { request, route, idempotencyKey, fate, deadline, clock, guard } = submission;
  const { base } = caller;
  const before = fate.uncertain;
  let forbidden: unknown;
  guard?.();
  try {
    const answer = await exchange(caller, {
      method: 'POST',
      url: createUrl(base, dialect, route),
      body: wireRequest(request, { route, imageUrls }),
      headers: { 'idempotency-key': idempotencyKey, 'x-client-request-id': idempotencyKey },
      signal: deadline.signal,
      leaving() {
        try {
          guard?.();
        } catch (error) {
          forbidden = error;
          throw error;
        }
        fate.uncertain = true;
      },
    });
    if (answer.status < 400) return answer;
    const failure = problemOf(answer, base, clock.now());
    // A refusal is certain; after a 5xx nobody knows.
    if (failure.code !== 'service_unavailable') fate.uncertain = before;
    throw failure;
  } catch (error) {
    if (forbidden !== undefined) throw forbidden;
    const redirected = error instanceof Failure && isRedirect(error.facts.status);
    if (redirected || (error instanceof NetworkFault && error.neverSent)) fate.uncertain = before;
    throw error;
  }
}

function readAccepted(answer: Answer, base: string, route: Route, dialect: Dialect): Accepted {
  const header = answer.headers[taskHeader];
  const fallbackId = header !== undefined && isTaskId(header) ? header : undefined;
  let body: ReturnType<typeof readObject> = {};
  try {
    body = readObject(answer.text, hostOf(base));
  } catch (error) {
    if (fallbackId === undefined) throw error;
  }
  const id = acceptedId(body) ?? fallbackId;
  if (id === undefined) {
    const said = messageOf(answer.text);
    throw new Failure('bad_response', `${hostOf(base)} took the request and named no task${said ? `: ${said}` : ''}`, {
      hint: 'Is the base URL right? --verbose shows what was answered',
      status: answer.status,
      retryable: true,
    });
  }
  const named = answer.headers.location ?? firstText(body, ['status_url', 'data.status_url']);
  const isUsual = dialect === 'guide' || (route.service === 'imagen-4' && route.action === 'text_to_image');
  const own = isUsual ? undefined : `${createUrl(base, dialect, route)}/${encodeURIComponent(id)}`;
  return {
    id,
    dialect,
    statusUrl: namedStatusUrl(base, named) ?? own,
    replayed: wasReplayed(body),
    servedAt: answeredAt(answer.headers),
    cost: costOf(body),
  };
}

/** The JSON body: fields that were not given are not sent. */
export function wireRequest(
  request: ImageRequest,
  { route, imageUrls = [] }: { route?: Route; imageUrls?: readonly string[] } = {},
): JsonObject {
  const { set } = request;
  // In this order, whatever that of the request: a repeated request is the same byte for byte.
  const named = textFields.flatMap((field) => {
    const value = request[field];
    return value === undefined ? [] : [[wireNameOf(field), value] as const];
  });
  const { field = 'source_image_urls', isList = true } = route?.pictures ?? {};
  const pictures = imageUrls.length > 0 && { [field]: isList ? [...imageUrls] : (imageUrls[0] as string) };
  return { ...Object.fromEntries(named), ...set, ...pictures };
}
