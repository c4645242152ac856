import pLimit, { type LimitFunction } from 'p-limit';
import type { Api } from '../api/client.ts';
import type { Fate } from '../api/submit.ts';
import type { Context } from '../context.ts';
import type { Entry } from '../journal/entry.ts';
import type { Run } from '../journal/run.ts';
import { type BalanceWatch, watchBalance } from '../report/balance-watch.ts';
import type { Wanted } from '../report/reporter.ts';
import type { Wishes } from '../request/wishes.ts';
import { Expectation } from '../task/expectation.ts';
import { expectingPace, fixedPace, type Pace } from '../task/pace.ts';
import type { Deadline } from '../world.ts';
import { type Budget, createBudget } from './budget.ts';

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
  paceOf(base: string, model: string): Pace;
  /** A task of the model took so long. */
  learn(base: string, model: string, durationMs: number): void;
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
  /** Where the last look found it. */
  statusUrl?: string;
}

const downloadsAtOnce = 4;

export function createWork(context: Context, wishes: Wishes): Work {
  const expectations = new Map<string, Expectation>();

  function expectationOf(base: string, model: string): Expectation {
    const name = `${base} ${model}`;
    const known = expectations.get(name) ?? new Expectation(context.memory.recall(base).durations?.[model]);
    expectations.set(name, known);
    return known;
  }

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
    paceOf: (base, model) =>
      wishes.pollIntervalMs === undefined
        ? expectingPace(expectationOf(base, model))
        : fixedPace(wishes.pollIntervalMs),
    learn(base, model, durationMs) {
      expectationOf(base, model).learn(durationMs);
      context.memory.learn(base, model, durationMs);
    },
  };
}
