import { costOf, type Entry } from '../../journal/entry.ts';
import { paidCents } from '../../task/cost.ts';
import { amountText } from '../../task/money.ts';
import type { GalleryPicture } from './tile.ts';

/** Tells whether all of it is of one and the same batch. */
export function isBatch(entries: readonly Entry[]): boolean {
  const batches = new Set(entries.map(({ intended: { row } }) => row?.batch));
  return batches.size === 1 && !batches.has(undefined);
}

/**
 * Puts a batch in the order of its file, and leaves everything else the newest first. A row that failed first and was
 * made later is made: its failed tries are left out.
 */
export function galleryEntries(entries: readonly Entry[]): Entry[] {
  const nameOf = ({ intended: { row } }: Entry): string | undefined => row && `${row.batch} ${row.key}`;
  const isMade = ({ saved }: Entry): boolean => Object.keys(saved).length > 0;
  const made = new Set(entries.filter(isMade).map(nameOf));
  const kept = entries.filter((entry) => !entry.intended.row || isMade(entry) || !made.has(nameOf(entry)));
  if (!isBatch(kept)) return kept;
  const rowOf = ({ intended: { row } }: Entry): number => row?.row ?? 0;
  const modelOf = ({ intended: { request } }: Entry): string => request.model;
  const seedOf = ({ intended: { request } }: Entry): number => request.seed ?? 0;
  return kept.sort(
    (a, b) => rowOf(a) - rowOf(b) || modelOf(a).localeCompare(modelOf(b)) || seedOf(a) - seedOf(b),
  );
}

/** Tells what a task cost. Unknown is not 0, and the money of the sandbox is not money. */
export function taskCost(entry: Entry): string {
  const cost = costOf(entry);
  if (entry.intended.server.sandbox) return 'sandbox';
  if (cost?.refunded) return 'refunded';
  const cents = knownCents(entry);
  if (cents === undefined) return 'cost unknown';
  return cents === 0 && isFailed(entry) ? 'not charged' : amountText(cents, cost?.currency);
}

/** Answers undefined where the service told no price. It does not charge for tasks that failed. */
function knownCents(entry: Entry): number | undefined {
  const cost = costOf(entry);
  const told = cost?.refunded || typeof (cost?.charged_cents ?? cost?.reserved_cents) === 'number';
  return told || isFailed(entry) ? paidCents(cost, isFailed(entry)) : undefined;
}

function isFailed({ ended }: Entry): boolean {
  return ended?.how === 'failed' || ended?.how === 'refused';
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** Tells how many pictures there are, of when, and what they cost in all, without those of the sandbox. */
export function gallerySummary(pictures: readonly GalleryPicture[], entries: readonly Entry[]): string {
  const made = pictures.filter(({ file }) => file);
  const dates = made.map(({ madeAt }) => madeAt).sort((a, b) => a - b);
  const paid = entries.filter(({ intended: { server } }) => !server.sandbox);
  const sum = sumText(paid.length > 0 ? paid : entries);
  const note = paid.length === 0 ? ' (sandbox, not charged)' : ' (sandbox left out)';
  const facts = [
    made.length === 1 ? '1 picture' : `${made.length} pictures`,
    day.formatRange(dates[0] ?? 0, dates.at(-1) ?? 0),
    sum + (paid.length < entries.length ? note : ''),
  ];
  return facts.join(' · ');
}

function sumText(entries: readonly Entry[]): string {
  const sums = new Map<string, number>();
  let unknown = 0;
  for (const entry of entries) {
    const cents = knownCents(entry);
    const currency = costOf(entry)?.currency ?? 'USD';
    if (cents === undefined) unknown++;
    else sums.set(currency, (sums.get(currency) ?? 0) + cents);
  }
  const amounts = [...sums].map(([currency, cents]) => amountText(cents, currency));
  if (unknown > 0) amounts.push(amounts.length > 0 ? `${unknown} of unknown cost` : 'cost unknown');
  return amounts.join(' + ');
}
