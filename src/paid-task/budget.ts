import type { Quote } from '../api/prices.ts';
import { Failure } from '../errors.ts';
import type { ImageRequest } from '../request/request.ts';
import { microCents, microCentsText } from '../task/money.ts';
import type { Cost } from '../task/task.ts';

/** Limits the cost and number of the tasks of one call, or of a session of calls. */
export interface Budget {
  /** Whether a price has to be known before anything is bought. */
  needsPrices: boolean;
  /**
   * Reserves a task; false where it is reserved already: the same key is the same purchase. Throws `over_budget` where
   * it is more than is left; nothing was sent then.
   */
  reserve(key: string, request: ImageRequest, quote: Quote | undefined): boolean;
  /** The task was accepted: what the service says it reserved counts from now on. */
  settle(key: string, cost: Cost | null): void;
  /** The task completed: its pictures count from now on, however many were expected. */
  made(key: string, pictures: number): void;
  /** Nothing was bought. */
  release(key: string): void;
  /** Throws `over_budget` where all these requests together are more than is left. Prices count where they are known. */
  check(lots: ReadonlyArray<Lot & Partial<PricedLot>>): void;
}

/** Pictures that cost the same, with one of their requests. */
export interface Lot {
  request: ImageRequest;
  count: number;
}

export interface PricedLot extends Lot {
  quote: Quote;
}

/** The pictures that a call is about to buy, with prices where they are known. */
export interface Purchase {
  count: number;
  priced: readonly PricedLot[] | undefined;
}

export interface Limit {
  /** Micro-cents of a US dollar. */
  maxCost?: number | undefined;
  /** What gave that limit; `--max-cost` by default. */
  maxCostName?: string | undefined;
  /** Only a session of calls counts its pictures. */
  maxPictures?: number | undefined;
}

/** A task that was bought, or is about to be. */
interface Reserved {
  price: number;
  pictures: number;
  /** Undefined where the request itself says how many pictures it wants. */
  model: string | undefined;
}

/** @param session the budget of all calls together, which each purchase has to fit into too */
export function createBudget({ maxCost, maxCostName, maxPictures }: Limit, session?: Budget): Budget {
  const reserved = new Map<string, Reserved>();
  /** How many pictures a task of a model made last: the next one of it is expected to make as many. */
  const usual = new Map<string, number>();
  const isSession = maxPictures !== undefined;

  function sumOf(what: 'price' | 'pictures'): number {
    return [...reserved.values()].reduce((sum, each) => sum + each[what], 0);
  }

  function checkCost(count: number, wanted: number): void {
    if (maxCost === undefined) return;
    const spent = sumOf('price');
    if (spent + wanted > maxCost)
      throw overBudget({ count, wanted, spent, limit: maxCost, name: maxCostName, isSession });
  }

  function checkPictures(wanted: number): void {
    if (maxPictures === undefined) return;
    const bought = sumOf('pictures');
    if (bought + wanted > maxPictures) throw overCount(bought, wanted, maxPictures);
  }

  function expected(request: ImageRequest): number {
    return countIn(request) ?? usual.get(request.model) ?? 1;
  }

  return {
    needsPrices: maxCost !== undefined || session?.needsPrices === true,
    check(lots) {
      checkPictures(lots.reduce((sum, { request, count }) => sum + count * expected(request), 0));
      const priced = lots.flatMap(({ quote, ...lot }) => (quote ? { ...lot, quote } : []));
      const count = priced.reduce((sum, lot) => sum + lot.count, 0);
      if (count > 0) checkCost(count, priceOf(priced, maxCostName));
      session?.check(lots);
    },
    reserve(key, request, quote) {
      if (reserved.has(key)) return false;
      const price = quote === undefined ? 0 : inDollars(quote, maxCostName);
      const pictures = expected(request);
      checkPictures(pictures);
      checkCost(1, price);
      session?.reserve(key, request, quote);
      reserved.set(key, { price, pictures, model: countIn(request) === undefined ? request.model : undefined });
      return true;
    },
    settle(key, cost) {
      const told = cost?.currency === 'USD' ? (cost.reserved_cents ?? cost.charged_cents) : null;
      const task = reserved.get(key);
      if (told !== null && task) task.price = microCents(told);
      session?.settle(key, cost);
    },
    made(key, pictures) {
      const task = reserved.get(key);
      if (task) task.pictures = pictures;
      if (task?.model !== undefined) usual.set(task.model, pictures);
      session?.made(key, pictures);
    },
    release(key) {
      reserved.delete(key);
      session?.release(key);
    },
  };
}

/** Returns how many pictures a request asks for: some models make up to six a task. Undefined where it does not say. */
function countIn({ set }: ImageRequest): number | undefined {
  const count = Number(set?.output_count);
  return Number.isInteger(count) && count > 0 ? count : undefined;
}

/** The failure for a task whose price is not known, for whatever reason. */
export function unknownPrice(why: unknown, maxCostName?: string): Failure {
  const reason = why instanceof Error ? why.message : String(why);
  const limit = shown(maxCostName);
  return new Failure('over_budget', `the price is unknown, so ${limit} cannot be kept: ${reason}`, {
    hint: `Nothing was sent. Run the command again later, or without ${limit}`,
    requestId: why instanceof Failure ? why.facts.requestId : undefined,
    retryable: why instanceof Failure && why.facts.retryable === true,
    cause: why,
  });
}

/** Micro-cents of a US dollar. Throws `over_budget` for a price in another currency. */
export function priceOf(lots: readonly PricedLot[], maxCostName?: string): number {
  return lots.reduce((sum, { count, quote }) => sum + count * inDollars(quote, maxCostName), 0);
}

function inDollars({ currency, reserved_cents }: Quote, maxCostName: string | undefined): number {
  if (currency === 'USD') return microCents(reserved_cents);
  const limit = shown(maxCostName);
  throw new Failure('over_budget', `the price is in ${currency}, and ${limit} is in US dollars`, {
    hint: `Nothing was sent. Run the command without ${limit} to pay in that currency`,
  });
}

/** `--max-cost`, `the setting max-cost` */
function shown(maxCostName = '--max-cost'): string {
  return maxCostName.replace(/^setting /, 'the setting ');
}

interface Excess {
  count: number;
  wanted: number;
  spent: number;
  limit: number;
  name: string | undefined;
  isSession: boolean;
}

function overBudget({ count, wanted, spent, limit, name, isSession }: Excess): Failure {
  const what = count === 1 ? 'the picture costs' : `the ${count} pictures cost`;
  const before = spent > 0 ? ` on top of ${microCentsText(spent)} reserved so far` : '';
  const most = isSession ? 'this session may spend' : shown(name);
  const enough = microCentsText(spent + wanted).slice(1);
  const forGood = name?.startsWith('setting ') ? `, or config set max-cost ${enough}` : '';
  const more = isSession ? raisedByUser : `Allow more: --max-cost ${enough}${forGood}`;
  return new Failure(
    'over_budget',
    `${what} ${microCentsText(wanted)} now${before}: more than ${most} ${microCentsText(limit)}`,
    {
      hint: `Nothing was sent for it. ${more}`,
      details: {
        currency: 'USD',
        quoted_cents: wanted / microCents(1),
        reserved_cents: spent / microCents(1),
        max_cost_cents: limit / microCents(1),
      },
    },
  );
}

function overCount(bought: number, wanted: number, limit: number): Failure {
  const pictures = limit === 1 ? 'the one picture' : `all ${limit} pictures`;
  const message =
    bought < limit
      ? `${wanted} pictures are more than the ${limit - bought} that this session may still buy`
      : `this session has bought ${pictures} that it may buy`;
  return new Failure('over_budget', message, {
    hint: `Nothing was sent. ${raisedByUser}`,
    details: { max_pictures: limit },
  });
}

const raisedByUser = 'Only the user can raise the limit, where the server is started';
