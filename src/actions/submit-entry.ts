import { Failure } from '../errors.ts';
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
  reporter.progress.step(entry.key, {
    doing: 'submitting',
    model: request.model,
  });
  try {
    const { id, dialect, statusUrl, replayed, cost } = await api.submit({
      request,
      idempotencyKey: entry.key,
      fate,
      deadline: work.deadline,
      rateLimitTries: work.rateLimitTries,
      onRetry: reporter.retrying,
    });
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
    if (isFinal(error, fate.uncertain)) {
      await record(job, {
        event: 'ended',
        how: 'refused',
        code: (error as Failure).code,
        message: (error as Failure).message,
      });
    }
    throw error;
  }
}

function isFinal(error: unknown, uncertain: boolean): boolean {
  if (!(error instanceof Failure)) return false;
  return !uncertain || error.code === 'validation' || error.code === 'conflict';
}
