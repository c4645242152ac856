import type { Catalogue } from '../api/catalogue.ts';
import type { Api } from '../api/client.ts';
import type { Fate } from '../api/submit.ts';
import type { Uploaded } from '../api/upload.ts';
import { Failure } from '../errors.ts';
import type { TaskEntry } from '../journal/entry.ts';
import type { SavedFile, Server, Target } from '../journal/event.ts';
import type { Journal } from '../journal/journal.ts';
import type { Run } from '../journal/run.ts';
import type { ImageRequest } from '../request/request.ts';
import type { Wishes } from '../request/wishes.ts';
import type { Sandbox } from '../sandbox/server.ts';
import type { ServerMemory } from '../settings/server-memory.ts';
import { type CostSum, newSum } from '../task/cost.ts';
import { fixedPace, growingPace, type Pace } from '../task/pace.ts';
import type { Clock, Deadline } from '../world.ts';
import { type Budget, createBudget, type Purchase } from './budget.ts';
import { createSlots, type Slots } from './slots.ts';

/** The parts of the world that the engine works with. Each door (command line, MCP, library) hands in its own. */
export interface Engine {
  clock: Clock;
  /** Starts a deadline that many milliseconds from now. */
  deadline(milliseconds: number): Deadline;
  /** Aborted with an `interrupted` failure when another process has taken over what this one works on. */
  stopped: AbortSignal;
  journal: Journal;
  memory: ServerMemory;
  /** `false`: nothing is recorded on disk. */
  recorded: boolean;
  /** The folder where a picture for stdout waits until it is whole; undefined: the target's own folder. */
  spool: string | undefined;
  /**
   * Connects to a server with the key for it. Throws `authentication` where there is none, or where it is not the
   * account's of that fingerprint: nothing is sent with another account.
   */
  connect(server: Server, account?: string): Promise<Api>;
  /** Connects to a server for what needs no key. */
  browse(server: Server): Promise<Api>;
  /** The sandbox that lives in this process. */
  sandbox(): Promise<Sandbox>;
  listener: Listener;
  known: Known;
}

/** What this process has found out, to be asked once. */
export interface Known {
  /** Catalogues of models and when they were read, by server. */
  catalogues: Map<string, { at: number; reading: Promise<Catalogue> }>;
  /** Models of which something was told. */
  told: Set<string>;
  /** Paths of local pictures, or the bytes of one from stdin, by their digests. */
  pictures: Map<string, string | Uint8Array>;
  /** Pictures at a service, by its address and their digests. */
  uploads: Map<string, Promise<Uploaded>>;
}

export function createKnown(): Known {
  return { catalogues: new Map(), told: new Set(), pictures: new Map(), uploads: new Map() };
}

/** Hears what happens to tasks. It draws, prints or ignores it; the engine itself is silent. */
export interface Listener {
  /** A task entered a stage, or got further in it. */
  step(key: string, step: Step): void;
  /** A task completed; its pictures are saved next. `api` is undefined for tasks that cost nothing. */
  completed(key: string, api: Api | undefined): void;
  /** A call failed and is retried after that many milliseconds. */
  retrying(failure: Failure, waitMs: number): void;
  note(text: string): void;
  warn(text: string): void;
}

/** What one task is doing now. */
export interface Step {
  /** `submitting`, `processing`, `saving 1 of 2` … */
  doing: string;
  /** How far it is, such as `40 %`. */
  detail?: string | undefined;
  /** Undefined for a task that another machine submitted. */
  model: string | undefined;
  taskId?: string | undefined;
}

/** What all tasks of one call share. */
export interface Work {
  engine: Engine;
  wishes: Wishes;
  deadline: Deadline;
  /** How often a POST is tried that is refused with 429. */
  rateLimitTries?: number;
  downloads: Slots;
  /** Undefined without a limit. */
  budget: Budget | undefined;
  /** Has a person agree to a purchase of several pictures. Throws `over_budget` where nobody does. */
  confirm?: ((purchase: Purchase) => Promise<void>) | undefined;
  /** By idempotency key: whether the service may hold a task whose answer was lost. */
  fates: Map<string, Fate>;
  /** The runs that hold its tasks. */
  runs: Set<Run>;
  /** What was bought in this call cost so far, without the sandbox. */
  spent: CostSum;
  /** What is said once for all tasks. */
  remarks: Set<string>;
  /** Writes a picture to stdout, for `--output -`. Returns whether all of it was read. */
  pipe?(picture: AsyncIterable<Uint8Array>, entry: TaskEntry): Promise<boolean>;
  pace: Pace;
}

/** A picture that is wanted, and where it goes. */
export interface Wanted {
  request: ImageRequest;
  target: Target;
}

/** A task of the record, with the run that holds it. */
export interface Begun {
  run: Run;
  entry: TaskEntry;
  fate: Fate;
  /** Files that hold its pictures already, by their index: they are copied where the pictures are wanted now. */
  copies?: Readonly<Record<number, SavedFile>>;
}

/** A task that is being worked on. */
export interface Job extends Begun {
  work: Work;
  api: Api;
  /** Where the last poll found the task. */
  statusUrl?: string;
  /** The service charged for it in this run. */
  isBought?: boolean;
  /** Nobody read the picture that was meant for stdout. */
  isUndelivered?: boolean;
}

/** Returns the fingerprint of the key for a server; undefined for the sandbox. */
export async function accountAt(engine: Engine, server: Server): Promise<string | undefined> {
  const { apiKey } = (await engine.connect(server)).caller;
  if (server.sandbox || apiKey === undefined) return undefined;
  return (await engine.journal.identity()).account(apiKey);
}

/** The same where there may be no key: undefined then. What is recorded belongs to an account. */
export async function accountIfKnown(engine: Engine, server: Server): Promise<string | undefined> {
  return await accountAt(engine, server).catch((error) => {
    if (!(error instanceof Failure) || error.code !== 'authentication') throw error;
    return undefined;
  });
}

const downloadsAtOnce = 8;

export function createWork(engine: Engine, wishes: Wishes): Work {
  return {
    engine,
    wishes,
    deadline: startDeadline(engine, wishes.timeoutMs),
    downloads: createSlots(downloadsAtOnce),
    budget: wishes.maxCost === undefined ? undefined : createBudget(wishes),
    fates: new Map(),
    runs: new Set(),
    spent: newSum(),
    remarks: new Set(),
    pace: wishes.pollIntervalMs === undefined ? growingPace : fixedPace(wishes.pollIntervalMs),
  };
}

/** Starts a deadline that also ends when another process has taken the work over. */
export function startDeadline({ deadline, stopped }: Engine, milliseconds: number): Deadline {
  const own = deadline(milliseconds);
  return { ...own, signal: AbortSignal.any([own.signal, stopped]) };
}
