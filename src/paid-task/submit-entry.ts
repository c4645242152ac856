import { Failure } from '../errors.ts';
import type { Ending } from '../journal/event.ts';
import { reserveBudget } from './keep-budget.ts';
import { record } from './record.ts';
import type { Job } from './work.ts';

/**
 * Sends the request of an intended task until the service takes or refuses it. A refusal closes the record; where
 * nobody knows whether the service has the task, it stays open and is sent again with its key by whoever takes it up.
 */
export async function submitEntry(job: Job): Promise<void> {
  const { work, entry, api, fate } = job;
  const { reporter } = work.context;
  const { request } = entry.intended;
  try {
    await reserveBudget(job);
    reporter.progress.step(entry.key, { doing: 'submitting', model: request.model });
    const { id, dialect, statusUrl, replayed, cost } = await api.submit({
      request,
      idempotencyKey: entry.key,
      fate,
      deadline: work.deadline,
      rateLimitTries: work.rateLimitTries,
      onRetry: reporter.retrying,
    });
    work.budget?.settle(entry.key, cost);
    await record(job, {
      event: 'accepted',
      id,
      dialect,
      statusUrl,
      replayed,
      cost,
    });
    reporter.progress.step(entry.key, {
      doing: 'pending',
      model: request.model,
      taskId: id,
    });
  } catch (error) {
    if (!fate.uncertain) work.budget?.release(entry.key);
    if (isFinal(error, fate.uncertain)) await record(job, endingOf(error));
    throw error;
  }
}

/**
 * The service can't have a task for it: nobody may send it again, and buy what is not wanted any more. A conflict with
 * a try whose answer was lost is none of that: the key is at work there.
 */
function isFinal(error: unknown, uncertain: boolean): boolean {
  return !uncertain || (error instanceof Failure && error.code === 'validation');
}

function endingOf(error: unknown): { event: 'ended'; how: Ending; code?: string; message: string } {
  if (error instanceof Failure)
    return { event: 'ended', how: 'refused', code: error.code, message: error.message };
  return { event: 'ended', how: 'given-up', message: String(error) };
}
