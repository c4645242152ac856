import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';

/** The built-in sandbox died with the process that a task is taken up from: the new one is told of the task. */
export async function restoreSandboxTask(
  context: Context,
  { key, intended, accepted, foreign }: Entry,
): Promise<void> {
  if (foreign) return; // what it asked for is not known
  const { wireRequest } = await import('../api/submit.ts');
  const sandbox = await context.sandbox();
  sandbox.restore({
    id: accepted?.id,
    idempotencyKey: key,
    request: wireRequest(intended.request),
    createdAtMs: accepted?.at ?? intended.at,
  });
}
