import { parseFiles } from '../command-line/prepare-target.ts';
import { limitSource } from '../command-line/spending.ts';
import { startWork } from '../command-line/start-work.ts';
import { type Context, createContext } from '../context.ts';
import { Failure, invalid, tellAll } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import { type Budget, createBudget } from '../paid-task/budget.ts';
import { type Step, startDeadline, type Work } from '../paid-task/engine.ts';
import { orCancelled } from '../paid-task/join.ts';
import { type ErrorReport, errorReport, type TaskReport } from '../report/task-report.ts';
import { namedSource, settingSource } from '../request/sources.ts';
import type { Target } from '../request/target.ts';
import { parseWishes } from '../request/wishes.ts';
import type { Deadline, World } from '../world.ts';
import { type BatchOptions, type GenerateOptions, ImagenError, type ImagenOptions } from './contract.ts';

/** State that all calls of a client share. */
export interface Client {
  world: World;
  options: ImagenOptions;
  /** Of all calls together, made with the first. */
  budget?: Budget;
}

/** One call at work, with a record of its own as a command has. */
export interface Call {
  context: Context;
  options: GenerateOptions & ImagenOptions;
  work: Work;
  /** For one of several tasks. */
  deadline(): Deadline;
}

/** Runs a call. Whatever it throws becomes an `ImagenError`. */
export async function inCall<Result>(
  client: Client,
  given: GenerateOptions,
  act: (call: Call) => Promise<Result>,
): Promise<Result> {
  const options = { ...client.options, ...given };
  const { signal } = options;
  try {
    const context = await openContext(client, options);
    try {
      return await act(openCall(client, context, options));
    } finally {
      await context.close();
    }
  } catch (error) {
    if (error instanceof ImagenError) throw error;
    throw signal?.aborted ? aborted(null, signal) : new ImagenError(inTheirWords(errorReport(error)), null, error);
  }
}

async function openContext({ world, options: always }: Client, options: ImagenOptions): Promise<Context> {
  const { apiKey, baseUrl, record } = always;
  const { onProgress, onWarning, sandbox = false } = options;
  const env = apiKey === undefined ? world.env : { ...world.env, RUNAPI_API_KEY: apiKey };
  const named = { ...(baseUrl !== undefined && { baseUrl }), ...(record !== undefined && { record }) };
  const context = await createContext({ ...world, env }, { quiet: true, color: false, sandbox, ...named });
  const warn = (message: string): void => onWarning?.(message);
  const step = (_: string, { taskId, model, doing, detail }: Step): void =>
    onProgress?.({ task_id: taskId ?? null, model: model ?? null, doing, detail: detail ?? null });
  context.reporter.warn = warn;
  Object.assign(context.engine.listener, { warn, step });
  return context;
}

const optionNames: ReadonlyArray<keyof (ImagenOptions & BatchOptions)> = [
  ...(['apiKey', 'baseUrl', 'sandbox', 'dir', 'record', 'maxCost', 'timeout', 'signal', 'onProgress'] as const),
  ...(['onWarning', 'output', 'new', 'name', 'concurrency', 'retryFailed'] as const),
];

/** Tells the names that are none of these: what a program misspells must not be bought without it. */
export function unknownNames(
  given: object,
  known: readonly string[],
  others: Readonly<Record<string, string>> = {},
): string[] {
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  return unknown.map((name) => {
    const other = Object.hasOwn(others, name) ? `; did you mean ${others[name]}?` : didYouMean(name, known);
    return `no field is named ${JSON.stringify(name)}${other}`;
  });
}

function openCall(client: Client, context: Context, options: Call['options']): Call {
  const problems = unknownNames(options, optionNames);
  const { timeout, maxCost, signal } = options;
  const waiting = namedSource({ maxCost, timeout: timeout === undefined ? undefined : `${timeout}ms` });
  const sources = [waiting, limitSource(context.world.env), settingSource(context.stored.settings)];
  const wishes = parseWishes(sources, problems);
  if (problems.length > 0 || !wishes) throw tellAll(problems, { wayOut: '' });
  if (wishes.maxCost !== undefined) client.budget ??= createBudget(wishes);
  const within = (deadline: Deadline): Deadline => (signal === undefined ? deadline : orCancelled(deadline, signal));
  const work = startWork(context, wishes);
  return {
    context,
    options,
    work: { ...work, deadline: within(work.deadline), budget: client.budget },
    deadline: () => within(startDeadline(context.engine, wishes.timeoutMs)),
  };
}

/** Reads where pictures go. Throws `validation`. */
export function readTarget({ context, options: { dir, output } }: Call, count: 1 | 'many', areNew = true): Target {
  const problems: string[] = [];
  if (output === '-') throw invalid('Invalid output "-": a program reads the file that is saved');
  const target = parseFiles(context, namedSource({ dir, output }), { count, areNew }, problems);
  if (!target) throw tellAll(problems, { wayOut: '' });
  return target;
}

/** Returns the report of a task that is as it was wished; throws what is wrong with any other. */
export function settled({ options: { signal } }: Call, report: TaskReport): TaskReport {
  const { error, task_id } = report;
  if (error === null) return report;
  throw signal?.aborted ? aborted(task_id, signal) : new ImagenError(inTheirWords(error), task_id);
}

function aborted(taskId: string | null, { reason }: AbortSignal): ImagenError {
  const hint = taskId ? 'The task goes on: call download with its id, or generate with the same request' : undefined;
  const failure = new Failure('interrupted', 'aborted by the program', { hint, retryable: true });
  return new ImagenError(errorReport(failure), taskId, reason);
}

/** The ways out of the engine's failures, which are told in flags elsewhere. */
const waysOut: Readonly<Record<string, string>> = {
  over_budget: 'Nothing was sent for it. Allow more with maxCost',
  timeout: 'Allow more time with timeout. A task that was accepted goes on: the same call takes it up',
  conflict: 'Wait for the other call, or buy another with new: true',
  download: 'Check dir and the free space, then call download with the task id',
};

export function inTheirWords(error: ErrorReport): ErrorReport {
  return { ...error, hint: error.hint && (waysOut[error.code] ?? error.hint) };
}
