import type { Context } from '../context.ts';
import { Failure } from '../errors.ts';
import type { Server } from '../journal/event.ts';
import { createBudget, type Lot, type PricedLot, type Purchase, priceOf, unknownPrice } from '../paid-task/budget.ts';
import type { Work } from '../paid-task/engine.ts';
import { quoteAll } from '../paid-task/quotes.ts';
import { errorReport } from '../report/task-report.ts';
import type { Source } from '../request/parse-fields.ts';
import { flagSource, namedSource, settingSource } from '../request/sources.ts';
import type { Wishes } from '../request/wishes.ts';
import { newSum, sumText } from '../task/cost.ts';
import { amountText, microCents, microCentsText } from '../task/money.ts';
import { askYes } from '../terminal/ask.ts';
import type { World } from '../world.ts';

const variable = 'RUNAPI_IMAGEN_MAX_COST';

/** Flags, then the limit of the environment, then settings: the first that gives a value wins. */
export function spendingSources({ world: { env }, stored: { settings } }: Context, flags: object): Source[] {
  return [flagSource(flags), limitSource(env), settingSource(settings)];
}

/** The limit that the environment sets to what a call may cost. */
export function limitSource(env: World['env']): Source {
  return namedSource({ [variable]: env[variable] || undefined }, { maxCost: variable });
}

const mostPictures = 20;
const mostCents = 200;

/** Returns what asks a person before more than 20 pictures or 2 dollars; undefined where nobody is to be asked. */
export function confirmation(context: Context, yes: boolean | undefined): Work['confirm'] {
  const { world, reporter } = context;
  const { stdin, stderr } = world;
  if (yes || !canAsk(context)) return undefined;
  return async (purchase) => {
    const { count } = purchase;
    if (count <= mostPictures && (priceIn(purchase) ?? 0) <= microCents(mostCents)) return;
    reporter.progress.stop();
    if (await askYes(`Buy ${count} pictures ${costText(purchase)}?`, stdin, stderr)) return;
    throw new Failure('over_budget', `the purchase of ${count} pictures was not confirmed`, {
      hint: 'Nothing was sent. --yes buys without the question',
    });
  };
}

/** Tells whether a person is there to answer a question. */
export function canAsk({ world: { stdin, stderr, env } }: Context): boolean {
  return !env.CI && stdin.isTerminal && stderr.isTerminal;
}

/** `for $2.00`, or that the price is unknown. */
export function costText(purchase: Pick<Purchase, 'priced'>): string {
  const price = priceIn(purchase);
  return price === undefined ? 'at an unknown price' : `for ${microCentsText(price)}`;
}

/** Undefined where it is not known, or in another currency. */
function priceIn({ priced }: Pick<Purchase, 'priced'>): number | undefined {
  try {
    return priced && priceOf(priced);
  } catch {
    return undefined;
  }
}

/** `2 × imagen-4 16:9 at $0.08`, a line for each lot. */
export function priceLines(lots: ReadonlyArray<Lot & Partial<PricedLot>>): string[] {
  return lots.map(({ request: { model, aspectRatio }, count, quote }) => {
    const price = quote ? amountText(quote.reserved_cents, quote.currency) : 'an unknown price';
    return `${count} × ${[model, aspectRatio].filter(Boolean).join(' ')} at ${price}`;
  });
}

/** Long enough for a slow connection, short enough for a person who waits. */
const timeoutMs = 20_000;

/** The result of a dry run. */
export type Trial = Awaited<ReturnType<typeof tryPrices>>;

/** Asks what pictures would cost now. Needs no key. */
export async function tryPrices(context: Context, server: Server, lots: readonly Lot[]) {
  const { engine, world, reporter } = context;
  const api = await context.api(server, 'optional');
  const options = { clock: world.clock, deadline: world.deadline(timeoutMs), onRetry: reporter.retrying };
  const asked = await quoteAll(engine, api, { server, lots }, options).catch((fault: unknown) => ({ fault }));
  const prices = 'fault' in asked ? undefined : asked;
  const fault = 'fault' in asked ? asked.fault : undefined;
  return {
    prices,
    /** Why no price is known. */
    error: prices ? null : errorReport(fault),
    /** Says that nothing was submitted and, with a limit, throws `over_budget` where the real run would. */
    end(wishes: Pick<Wishes, 'maxCost' | 'maxCostName'>): void {
      if (!prices) reporter.warn(`the price is not available now: ${errorReport(fault).message}`);
      reporter.note(`Nothing was submitted${prices ? totalText(prices) : ''}`);
      if (wishes.maxCost === undefined) return;
      if (!prices) throw unknownPrice(fault, wishes.maxCostName);
      createBudget(wishes).check(prices);
    },
  };
}

function totalText(lots: readonly PricedLot[]): string {
  const sum = newSum();
  let pictures = 0;
  for (const { count, quote } of lots) {
    const before = sum.amounts.get(quote.currency) ?? 0;
    sum.amounts.set(quote.currency, before + count * microCents(quote.reserved_cents));
    pictures += count;
  }
  return pictures < 2 ? '' : `: ${pictures} pictures would cost ${sumText(sum)}`;
}
