import pLimit, { type LimitFunction } from 'p-limit';
import type { Api } from '../api/client.ts';
import type { Fate } from '../api/submit.ts';
import type { Deadline } from '../clock.ts';
import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';
import type { Run } from '../journal/run.ts';
import type { Wanted } from '../report/reporter.ts';
import { fixedPace, growingPace, type Pace } from '../task/pace.ts';
import { type BalanceWatch, watchBalance } from './balance-watch.ts';
import { type Budget, createBudget } from './budget.ts';

/** What the user wants of each task, and how long to be patient. */
export interface Wishes {
  /** `false`: submit and let go. */
  wait: boolean;
  /** `false`: a task that still runs is a failure; its state is looked at only once. */
  patient: boolean;
  /** `false`: the URLs are enough. */
  download: boolean;
  timeoutMs: number;
  /** A fixed interval between polls. */
  pollIntervalMs?: number | undefined;
  /** The most bytes of one picture. */
  maxBytes: number;
  /** The most that all tasks may cost together, in micro-cents of a US dollar. */
  maxCost?: number | undefined;
}

/** What all tasks of one command share. */
export interface Work {
  context: Context;
  wishes: Wishes;
  wanted: Wanted;
  deadline: Deadline;
  /** How often a POST is tried that is refused for the rate of requests. */
  rateLimitTries?: number;
  downloads: LimitFunction;
  /** Undefined where the user named none. */
  budget: Budget | undefined;
  balance: BalanceWatch;
  /** By idempotency key: may the service hold a task of which the answer never came? */
  fates: Map<string, Fate>;
  /** The runs that hold its tasks. */
  runs: Set<Run>;
  pace: Pace;
}

/** A task in the record, with the run that holds it. */
export interface Begun {
  run: Run;
  entry: Entry;
  fate: Fate;
}

/** A task that is being worked on. */
export interface Job extends Begun {
  work: Work;
  api: Api;
  /** Where the last poll found it. */
  statusUrl?: string;
}

const downloadsAtOnce = 8;

export function createWork(context: Context, wishes: Wishes): Work {
  return {
    context,
    wishes,
    wanted: wishes.wait ? (wishes.download ? 'files' : 'urls') : 'id',
    deadline: context.world.deadline(wishes.timeoutMs),
    downloads: pLimit(downloadsAtOnce),
    balance: watchBalance(context),
    budget: wishes.maxCost === undefined ? undefined : createBudget(wishes.maxCost),
    fates: new Map(),
    runs: new Set(),
    pace: wishes.pollIntervalMs === undefined ? growingPace : fixedPace(wishes.pollIntervalMs),
  };
}
