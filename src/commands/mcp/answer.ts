import type { CallToolResult } from '@modelcontextprotocol/server';
import { readSaved } from '../../disk/examine.ts';
import { summary } from '../../report/human.ts';
import type { ErrorReport, TaskReport } from '../../report/task-report.ts';
import { plainColours } from '../../terminal/colours.ts';

/** More would fill the memory of a model. */
const mostImages = 16;

/**
 * What is an answer, and no failure of the server: hosts stop calling a server after some failures in a row, and the
 * next prompt may well be taken.
 */
const refusals = new Set(['task_failed', 'validation', 'over_budget', 'insufficient_credits']);

/**
 * Returns the answer about a task: the report of `--json`, with the next step. A running task is not a failure.
 * @param withImage also shows the picture, small
 */
export async function taskAnswer(report: TaskReport, withImage = false, note?: string): Promise<CallToolResult> {
  const timedOut = report.task_id !== null && report.error?.code === 'timeout';
  const error = report.error && !timedOut ? inTheirWords(report.error) : null;
  const told = { ...report, images: report.images.slice(0, mostImages), error };
  const next = nextStep(told);
  const image = withImage ? await imageBlock(told) : undefined;
  const text = [...(error ? errorLines(error, told.task_id) : resultLines(told, image !== undefined)), note, next];
  return {
    content: [{ type: 'text', text: text.filter(Boolean).join('\n') }, ...(image ? [image] : [])],
    structuredContent: { ...told, next },
    ...(error && !refusals.has(error.code) && { isError: true }),
  };
}

/** The answer where no task is to be told of. */
export function errorAnswer(error: ErrorReport): CallToolResult {
  return { content: [{ type: 'text', text: errorLines(inTheirWords(error), null).join('\n') }], isError: true };
}

/** The answer of a tool that only tells something. */
export function factsAnswer(facts: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(facts) }], structuredContent: facts };
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
  const paths = report.images.flatMap(({ path }) => path ?? []);
  if (report.status === 'completed' && paths.length > 0)
    return [...(withImage ? [] : paths), `${summary(report, plainColours)} · task ${report.task_id}`];
  const name = report.task_id === null ? 'The picture' : `Task ${report.task_id}`;
  return [`${name}: ${report.status}`, ...report.images.map(({ url }) => url)];
}

function nextStep({ task_id, status, error, resume, images }: TaskReport): string | null {
  if (error && resume === null) return null;
  if (task_id === null)
    return 'The request may have been accepted: call generate_image again with the same arguments, it is then not paid twice.';
  if (error)
    return `The task is paid already: call get_image with task_id ${task_id} to try again (or run: ${resume}).`;
  if (status === 'pending' || status === 'processing')
    return `It is not ready yet and goes on at the service: call get_image with task_id ${task_id}.`;
  return images.some(({ path }) => path === null) ? `Call get_image with task_id ${task_id} to save it.` : null;
}

/** As base64 it stays under the megabyte that some clients allow one answer. */
const mostBytes = 700_000;
/** More is not read for it. */
const mostRead = 64 * 1024 * 1024;

/**
 * The first saved picture for the model to look at, small; undefined where there is none, where none can be made small,
 * or where another file has taken its name since it was saved.
 */
async function imageBlock({ images }: TaskReport): Promise<CallToolResult['content'][number] | undefined> {
  const { path, mime, sha256 } = images.find((image) => image.path !== null) ?? {};
  if (!path || !mime || !sha256) return undefined;
  let bytes = readSaved(path, sha256, mostRead);
  if (bytes && bytes.length > mostBytes) {
    const { thumbnail } = await import('../../image/pixels.ts');
    bytes = mime === 'image/png' ? thumbnail(bytes) : undefined; // JPEGs are nearly always small enough
  }
  if (!bytes || bytes.length > mostBytes) return undefined;
  return { type: 'image', data: Buffer.from(bytes).toString('base64'), mimeType: mime };
}
