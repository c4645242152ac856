import { summary } from '../../report/human.ts';
import type { ErrorReport, TaskReport } from '../../report/task-report.ts';
import { plainColours } from '../../terminal/colours.ts';
import type { Answer, Block } from './tool.ts';

/** A task as models read it: the report of `--json`, with the next step. */
interface ToolReport extends TaskReport {
  next: string | null;
}

/** More would fill the memory of a model. */
const mostImages = 16;

/** Returns the answer about a task. A running task is not a failure: the answer says how to continue. */
export function taskAnswer(
  report: TaskReport,
  more: { note?: string | undefined; image?: Block | undefined } = {},
): Answer {
  const { task_id, status, error } = report;
  const timedOut = task_id !== null && error?.code === 'timeout';
  const stillRuns = (error === null || timedOut) && (status === 'pending' || status === 'processing');
  const told = {
    ...report,
    images: report.images.slice(0, mostImages),
    error: error === null || timedOut ? null : inTheirWords(error),
  };
  const structured: ToolReport = { ...told, next: nextOf(told, stillRuns) };
  const lines = told.error ? errorLines(told.error, task_id) : resultLines(told, more.image !== undefined);
  const text = [...lines, more.note, structured.next].filter((line) => line).join('\n');
  const blocks: Block[] = [{ type: 'text', text }];
  if (more.image) blocks.push(more.image);
  return { content: blocks, structured, failed: told.error !== null && !refusals.has(told.error.code) };
}

/**
 * What is an answer, and no failure of the server: hosts stop calling a server after some failures in a row, and the
 * next prompt may well be taken.
 */
const refusals = new Set(['task_failed', 'validation', 'over_budget', 'insufficient_credits']);

/** The answer where no task is to be told of. */
export function errorAnswer(error: ErrorReport): Answer {
  return { content: [{ type: 'text', text: errorLines(inTheirWords(error), null).join('\n') }], failed: true };
}

/** The answer of a tool that only tells something. */
export function factsAnswer(facts: object): Answer {
  return { content: [{ type: 'text', text: JSON.stringify(facts) }], structured: facts };
}

/** The ways out of the engine's failures, where these are told in flags. */
const waysOut: Readonly<Record<string, string>> = {
  over_budget: 'Nothing was sent for it. Ask the user before you allow more with max_cost_usd',
  timeout: 'Allow more time with wait_seconds',
  conflict: 'Call generate_image with new: true to send it as a fresh request',
  download: 'Name another folder, free some space, or start the server with a larger --max-bytes',
};

function inTheirWords(error: ErrorReport): ErrorReport {
  const isInFlags = error.hint?.includes('--');
  return { ...error, hint: (isInFlags && waysOut[error.code]) || error.hint };
}

function errorLines({ code, message, hint }: ErrorReport, taskId: string | null): string[] {
  return [`Error (${code}): ${message}`, ...(hint ? [hint] : []), ...(taskId === null ? [] : [`Task: ${taskId}`])];
}

/** Some agents send every path and every image that they see to the chat: with an image there is no path here. */
function resultLines(report: TaskReport, withImage: boolean): string[] {
  const paths = report.images.flatMap(({ path }) => (path === null ? [] : [path]));
  if (report.status === 'completed' && paths.length > 0) {
    return [...(withImage ? [] : paths), `${summary(report, plainColours)} · task ${report.task_id}`];
  }
  const urls = report.images.map(({ url }) => url);
  return [`Task ${report.task_id}: ${report.status}`, ...urls];
}

function nextOf({ task_id, error, resume, images }: TaskReport, stillRuns: boolean): string | null {
  if (stillRuns) return `It is not ready yet and goes on at the service: call get_image with task_id ${task_id}.`;
  if (error && task_id !== null && resume !== null) {
    return `The task is paid already: call get_image with task_id ${task_id} to try again (or run: ${resume}).`;
  }
  if (error && resume !== null) {
    return 'The request may have been accepted: call generate_image again with the same arguments, it is then not paid twice.';
  }
  if (!error && images.some(({ path }) => path === null)) return `Call get_image with task_id ${task_id} to save it.`;
  return null;
}
