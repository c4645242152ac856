import { Failure } from '../../errors.ts';
import type { Server } from '../../journal/event.ts';
import type { Begun, Work } from '../../paid-task/engine.ts';
import { retarget } from '../../paid-task/record.ts';
import { foreign, reopen } from '../../paid-task/take-up.ts';
import { emptyReport, errorReport, type TaskReport } from '../../report/task-report.ts';
import type { ImageRequest } from '../../request/request.ts';
import { requestReport } from '../../request/request-report.ts';
import type { Step } from './locked.ts';
import type { BatchTask } from './plan.ts';

type Fetch = Extract<Step, { do: 'fetch' }>;

/** Makes a task that is bought ready to be fetched, by the record or by its id alone; nothing is paid for it. */
export async function openBought(
  work: Work,
  { entry, line, target }: Fetch,
  server: Server,
): Promise<Begun | undefined> {
  const { engine, fates } = work;
  const begun = entry ? await reopen(engine, { ...entry, saved: {} }) : foreign(engine, line.task, server, target);
  if (!begun) return undefined;
  fates.set(begun.entry.key, begun.fate);
  await retarget(work, begun, target);
  return begun;
}

/** Only the server where it was bought has the picture. */
export function otherServerReport(request: ImageRequest, { line }: Fetch, server: Server): TaskReport {
  const failure = new Failure('not_found', `task ${line.task} was bought at ${line.server}, not at ${server.base}`);
  const told = { ...requestReport(request), error: errorReport(failure) };
  return { ...emptyReport(server), ...told, task_id: line.task };
}

/** Tells whether the service no longer has what was bought. */
export function isGone({ error }: TaskReport): boolean {
  if (error?.code === 'not_found') return true;
  return error?.code === 'download' && [403, 404, 410].includes(error.status ?? 0);
}

export function goneText({ output }: BatchTask, { line }: Fetch): string {
  return `${output?.slot} is bought (task ${line.task}) and cannot be fetched: --refetch-missing buy buys it again`;
}

export function buyAgain({ target }: BatchTask, step: Fetch): Step {
  return { do: 'buy', target: { ...step.target, output: target.output } };
}
