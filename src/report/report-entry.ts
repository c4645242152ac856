import { type ErrorCode, Failure } from '../errors.ts';
import { beganAt, costOf, type Entry, type TaskEntry } from '../journal/entry.ts';
import type { Ending, SavedFile } from '../journal/event.ts';
import { isObject } from '../json.ts';
import { pictureLifeMs } from '../paid-task/follow-task.ts';
import type { Outcome } from '../paid-task/make-picture.ts';
import { requestReport } from '../request/request-report.ts';
import type { RemoteImage, TaskStatus } from '../task/task.ts';
import type { Clock } from '../world.ts';
import { addressFlag, generateWords, idWords } from './shell-command.ts';
import { type ErrorReport, errorReport, type ImageReport, type TaskReport } from './task-report.ts';

/** The context that a report needs to name the next command. */
export interface Surroundings {
  world: { clock: Clock; platform?: string };
  flags: { record?: boolean | string; baseUrl?: string };
  /** Puts the program's name before the words of a command. */
  command(words: string): string;
}

/** Returns the facts that every report has. */
function factsOf(entry: TaskEntry, status: TaskStatus, reused: boolean) {
  const { intended, accepted, completed } = entry;
  const { request, row, server } = intended;
  return {
    task_id: accepted?.id ?? null,
    status,
    ...requestReport(request),
    seed: request?.seed ?? completed?.seed ?? null,
    images: imagesOf(entry),
    cost: costOf(entry),
    replayed: accepted?.replayed ?? false,
    reused,
    sandbox: server.sandbox,
    server: server.base,
    ...(row && { row: row.row, ...(row.id !== undefined && { id: row.id }) }),
  };
}

/** Reports how far a task was brought, and what went wrong. */
export function reportOutcome(around: Surroundings, { entry, error, uncertain, bought }: Outcome): TaskReport {
  const { intended, accepted } = entry;
  const began = accepted?.at ?? intended.at;
  const isForeign = intended.request === undefined;
  return {
    ...factsOf(entry, statusOf(entry), accepted !== undefined && !bought),
    created_at: isForeign ? null : new Date(began).toISOString(),
    elapsed_ms: isForeign ? null : Math.max(0, around.world.clock.now() - began),
    resume: leavesSomething(entry, uncertain, error) ? resumeCommand(around, entry) : null,
    error: error === undefined ? null : withSuccessor(around, entry, errorReport(error)),
  };
}

/** Where the service has stopped selling the model, the hint is the command that buys a successor. */
function withSuccessor(around: Surroundings, { intended }: TaskEntry, error: ErrorReport): ErrorReport {
  const { request, server, row } = intended;
  const [model] = goneSuccessors(error);
  if (model === undefined || !request) return error;
  const { platform = 'linux' } = around.world;
  const asked = { platform, sandbox: server.sandbox, baseUrl: around.flags.baseUrl, inputs: intended.inputs };
  // Of a batch the whole file goes on with another model.
  const words = row ? undefined : generateWords({ ...request, model }, asked);
  const command = words === undefined ? `the same command with --model ${model}` : around.command(words);
  return { ...error, hint: `${error.hint}. Instead: ${command}` };
}

/** Lists the models that may be bought in place of one that the service has stopped selling. */
export function goneSuccessors({ details }: ErrorReport): string[] {
  const isGone = isObject(details) && typeof details.gone === 'string' && Array.isArray(details.alternatives);
  return isGone ? (details.alternatives as unknown[]).map(String) : [];
}

/**
 * Reports what the record says of a task, without asking the service.
 * @param reused it was bought before the command that tells of it
 */
export function recordedReport(around: Surroundings, entry: Entry, reused: boolean): TaskReport {
  const { completed, ended } = entry;
  const began = beganAt(entry);
  const last = completed?.at ?? ended?.at;
  return {
    ...factsOf(entry, recordedStatus(entry), reused),
    created_at: new Date(began).toISOString(),
    elapsed_ms: last === undefined ? null : Math.max(0, last - began),
    resume: !ended || waitsToBeSaved(entry, around.world.clock.now()) ? resumeCommand(around, entry) : null,
    error: recordedError(entry),
  };
}

/** Returns how far a task came, as far as this machine knows. */
export function recordedStatus({ accepted, completed, ended, letGo }: Entry): TaskStatus {
  if (completed || ended?.how === 'saved' || ended?.how === 'kept') return 'completed';
  if (ended) return 'failed';
  return accepted && !letGo ? 'processing' : 'pending';
}

/** Tells whether a completed task's pictures were left at the service, which keeps them for seven days. */
export function waitsToBeSaved(entry: Entry, now: number): boolean {
  const { ended, completed } = entry;
  return ended?.how === 'kept' && now - (completed?.at ?? beganAt(entry)) < pictureLifeMs;
}

/** Returns the command that takes the task up again, here or, without a record, by its id. */
export function resumeCommand(around: Surroundings, entry: TaskEntry): string | null {
  const id = entry.accepted?.id;
  if (around.flags.record !== false && entry.intended.request)
    return around.command(id === undefined ? 'resume' : `resume ${idWords([id])}`);
  // Without a record, a task of the sandbox is gone with its process.
  if (id === undefined || entry.intended.server.sandbox) return null;
  return fetchCommand(around, [id], { wait: true, recorded: false });
}

/**
 * Returns the command that fetches tasks by their ids. Those that no record holds (`recorded` is false) are looked for
 * at the address that was typed.
 */
export function fetchCommand(
  { flags, command }: Surroundings,
  ids: readonly string[],
  { wait, recorded }: { wait: boolean; recorded: boolean },
): string {
  const address = recorded || flags.baseUrl === undefined ? [] : [addressFlag(flags.baseUrl.trim())];
  const options = [...(wait ? ['--wait'] : []), ...address];
  const words = idWords(ids);
  return command(['download', ...(words.startsWith('-') ? [...options, words] : [words, ...options])].join(' '));
}

/** @param completedAt milliseconds since 1970 */
export function imageReport(
  image: RemoteImage | undefined,
  completedAt: number | undefined,
  file: Partial<SavedFile> = {},
): ImageReport {
  const { path = null, bytes = null, mime = null, width = null, height = null, sha256 = null } = file;
  // A picture inside the answer may take megabytes.
  const url = image && !image.url.startsWith('data:') ? image.url : 'data:';
  const expires_at = image && completedAt !== undefined ? new Date(completedAt + pictureLifeMs).toISOString() : null;
  return { url, expires_at, path, bytes, mime, width, height, sha256 };
}

function leavesSomething({ accepted, ended, intended }: TaskEntry, uncertain: boolean, error: unknown): boolean {
  if (!intended.request && error instanceof Failure && error.code === 'not_found') return false;
  if (ended) return ended.how === 'kept'; // completed, and its pictures were left at the service
  return accepted !== undefined || uncertain;
}

function statusOf({ accepted, completed, ended, letGo }: TaskEntry): TaskStatus {
  if (ended?.how === 'failed' || !accepted) return 'failed';
  if (completed) return 'completed';
  return letGo ? 'pending' : 'processing';
}

/** The task's pictures, saved or not. */
function imagesOf({ completed, saved }: TaskEntry): ImageReport[] {
  const count = Math.max(completed?.images.length ?? 0, ...Object.keys(saved).map((index) => Number(index) + 1), 0);
  return Array.from({ length: count }, (_, index) =>
    imageReport(completed?.images[index], completed?.at, saved[index]),
  );
}

const endingCodes: Partial<Record<Ending, ErrorCode>> = {
  failed: 'task_failed',
  refused: 'validation',
  expired: 'download',
};

function recordedError({ ended }: Entry): ErrorReport | null {
  const usual = ended && endingCodes[ended.how];
  if (!ended || usual === undefined) return null;
  return { ...errorReport(new Error(ended.message ?? `the task ${ended.how}`)), code: ended.code ?? usual };
}
