import { isDeepStrictEqual } from 'node:util';
import { type Dialect, imagenRoute } from '../api/routes.ts';
import { wireRequest } from '../api/submit.ts';
import { Failure } from '../errors.ts';
import type { TaskEntry } from '../journal/entry.ts';
import type { Ending } from '../journal/event.ts';
import type { Begun, Job, Work } from './engine.ts';
import { followTask, knownImages } from './follow-task.ts';
import { pictureUrls, uploadedUrls } from './input-pictures.ts';
import { asGone, routeFor } from './models.ts';
import { reserveBudget } from './quotes.ts';
import { isInterrupted, record } from './record.ts';
import { savePictures } from './save-pictures.ts';

/** How far a task was brought. */
export interface Outcome {
  entry: TaskEntry;
  /** What stopped it; undefined where all that was wished is done. */
  error?: unknown;
  /** The service may hold a task for it although no answer came. */
  uncertain: boolean;
  /** The service charged for it in this run, not for an earlier one. */
  bought: boolean;
}

/**
 * Brings a recorded task to its end from wherever it stands: submits what was only intended, polls what was accepted,
 * saves what is missing. Never throws: what goes wrong is part of the outcome, and the record says what is left to do.
 */
export async function makePicture(work: Work, begun: Begun): Promise<Outcome> {
  const { entry, fate, run } = begun;
  work.fates.set(entry.key, fate);
  work.runs.add(run);
  let error: unknown;
  let job: Job | undefined;
  try {
    const { server, account } = entry.intended;
    job = { work, ...begun, api: await work.engine.connect(server, account) };
    await finish(job);
  } catch (caught) {
    error = caught ?? new Error('nothing was thrown');
  }
  work.engine.listener.completed(entry.key, undefined);
  return { entry, error, uncertain: fate.uncertain, bought: job?.isBought === true };
}

async function finish(job: Job): Promise<void> {
  const { entry, work, api } = job;
  const { wishes, engine } = work;
  if (!entry.accepted) await submitTask(job);
  else if (entry.intended.server.sandbox) await restoreSandboxTask(work, entry);
  if (!wishes.wait) return record(job, { event: 'let-go' });
  const images = knownImages(entry) ?? (await followTask(job));
  work.budget?.made(entry.key, images.length);
  engine.listener.completed(entry.key, entry.intended.server.sandbox ? undefined : api);
  if (wishes.download) await savePictures(job, images);
  await record(job, { event: 'ended', how: wishes.download && !job.isUndelivered ? 'saved' : 'kept' });
}

/**
 * Sends the request of an intended task until the service takes or refuses it. A refusal closes the record. Where
 * nobody knows whether the service has the task, the record stays open: whoever takes it up sends the same key again.
 */
async function submitTask(job: Job): Promise<void> {
  const { work, entry, api, fate } = job;
  const { listener } = work.engine;
  const { request } = entry.intended;
  if (!request) throw new Error(`the request of ${entry.key} is not known`);
  const fromEarlier = fate.uncertain;
  let lost = false;
  let isPosted = false;
  let isReserved = false;
  try {
    isReserved = await reserveBudget(job);
    const { server, route = await routeFor(work.engine, server, request) } = entry.intended;
    const { id, dialect, statusUrl, replayed, servedAt, cost } = await api.submit({
      request,
      route,
      async findPictures() {
        isPosted = false;
        const urls = await pictureUrls(job);
        isPosted = true;
        listener.step(entry.key, { doing: 'submitting', model: request.model });
        return urls;
      },
      idempotencyKey: entry.key,
      fate,
      dialect: entry.postings?.at(-1)?.dialect,
      guard: () => leave(job),
      onPosting: (dialect, imageUrls) => notePosting(job, dialect, imageUrls),
      deadline: work.deadline,
      rateLimitTries: work.rateLimitTries,
      onRetry(failure, waitMs) {
        lost ||= fate.uncertain;
        listener.retrying(failure, waitMs);
      },
    });
    // A replay answers what an earlier run bought, unless it was this run whose answer was lost.
    job.isBought = !replayed || (lost && !fromEarlier);
    if (job.isBought) work.budget?.settle(entry.key, cost);
    else if (isReserved) work.budget?.release(entry.key);
    await record(job, { event: 'accepted', id, dialect, statusUrl, replayed, servedAt, cost });
    listener.step(entry.key, { doing: 'pending', model: request.model, taskId: id });
  } catch (caught) {
    const { server } = entry.intended;
    const error = fate.uncertain || !isPosted ? caught : await asGone(work.engine, server, request, caught);
    if (!fate.uncertain && isReserved) work.budget?.release(entry.key);
    if (!fate.uncertain && !isInterrupted(error)) await record(job, endingOf(error));
    throw error;
  }
}

async function notePosting(job: Job, dialect: Dialect, imageUrls: readonly string[]): Promise<void> {
  const { at: _, ...last } = job.entry.postings?.at(-1) ?? { at: 0 };
  const posting = { dialect, ...(imageUrls.length > 0 && { imageUrls: [...imageUrls] }) };
  if (!isDeepStrictEqual(last, posting)) await record(job, { event: 'posting', ...posting });
}

/** Notes that the request may be on its way from now on. Throws `interrupted` where it must not leave. */
function leave({ work, run, entry }: Job): void {
  run.check();
  if (!entry.sending) run.appendNow({ event: 'sending', key: entry.key, at: work.engine.clock.now() });
}

function endingOf(error: unknown): { event: 'ended'; how: Ending; code?: string; message: string } {
  if (error instanceof Failure) return { event: 'ended', how: 'refused', code: error.code, message: error.message };
  return { event: 'ended', how: 'given-up', message: String(error) };
}

/** Tells this process's built-in sandbox of a task: the sandbox that made it ended with its process. */
export async function restoreSandboxTask({ engine }: Work, entry: TaskEntry): Promise<void> {
  const { key, intended, accepted } = entry;
  if (!intended.request) return;
  const { route = imagenRoute } = intended;
  const imageUrls = uploadedUrls(entry);
  const sandbox = await engine.sandbox();
  sandbox.restore({
    id: accepted?.id,
    idempotencyKey: key,
    request: wireRequest(intended.request, { route, imageUrls }),
    createdAtMs: accepted?.at ?? intended.at,
  });
}
