import type { Context } from '../context.ts';
import { Failure } from '../errors.ts';
import { type PricedLot, type Purchase, priceOf } from '../paid-task/budget.ts';
import type { Work } from '../paid-task/engine.ts';
import type { Source } from '../request/parse-fields.ts';
import { flagSource, namedSource, settingSource } from '../request/sources.ts';
import { newSum, sumText } from '../task/cost.ts';
import { amountText, microCents, microCentsText, parseDollars } from '../task/money.ts';
import { askYes } from '../terminal/ask.ts';

const variable = 'RUNAPI_IMAGEN_MAX_COST';

/** Flags, then the limit of the environment, then settings: the first that gives a value wins. */
export function spendingSources({ world: { env }, stored: { settings } }: Context, flags: object): Source[] {
  const limit = namedSource({ [variable]: env[variable] || undefined }, { maxCost: variable });
  return [flagSource(flags), limit, settingSource(settings)];
}

const mostPictures = 20;
const mostDollars = '2.00';

/** Returns what asks a person before more than 20 pictures or 2 dollars; undefined where nobody is to be asked. */
export function confirmation({ world, reporter }: Context, yes: boolean | undefined): Work['confirm'] {
  const { stdin, stderr, env } = world;
  if (yes || env.CI || !stdin.isTerminal || !stderr.isTerminal) return undefined;
  return async (purchase) => {
    const { count } = purchase;
    const price = priceIn(purchase);
    if (count <= mostPictures && (price ?? 0) <= (parseDollars(mostDollars) ?? 0)) return;
    const costs = price === undefined ? 'at an unknown price' : `for ${microCentsText(price)}`;
    reporter.progress.stop();
    if (await askYes(`Buy ${count} pictures ${costs}?`, stdin, stderr)) return;
    throw new Failure('over_budget', `the purchase of ${count} pictures was not confirmed`, {
      hint: 'Nothing was sent. --yes buys without the question',
    });
  };
}

/** Undefined where it is not known, or in another currency. */
function priceIn({ priced }: Purchase): number | undefined {
  try {
    return priced && priceOf(priced);
  } catch {
    return undefined;
  }
}

/** `2 × imagen-4 16:9 at $0.08`, a line for each lot. */
export function priceLines(lots: readonly PricedLot[]): string[] {
  return lots.map(({ request: { model, aspectRatio }, count, quote }) => {
    const kind = [model, aspectRatio].filter(Boolean).join(' ');
    return `${count} × ${kind} at ${amountText(quote.reserved_cents, quote.currency)}`;
  });
}

/** `4 pictures would cost $0.32` */
export function totalText(lots: readonly PricedLot[]): string {
  const sum = newSum();
  for (const { count, quote } of lots)
    sum.amounts.set(
      quote.currency,
      (sum.amounts.get(quote.currency) ?? 0) + count * microCents(quote.reserved_cents),
    );
  const count = lots.reduce((all, lot) => all + lot.count, 0);
  return `${count === 1 ? '1 picture' : `${count} pictures`} would cost ${sumText(sum)}`;
}
