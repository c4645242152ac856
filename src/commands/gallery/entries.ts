import { costOf, type Entry } from '../../journal/entry.ts';
import { addCost, costText, newSum, sumText } from '../../task/cost.ts';
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
  return kept.sort((a, b) => rowOf(a) - rowOf(b) || modelOf(a).localeCompare(modelOf(b)) || seedOf(a) - seedOf(b));
}

export function taskCost(entry: Entry): string {
  return costText(costOf(entry), { failed: isFailed(entry), sandbox: entry.intended.server.sandbox });
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
  const sum = newSum();
  for (const entry of paid.length > 0 ? paid : entries) addCost(sum, costOf(entry), isFailed(entry));
  const note = paid.length === 0 ? ' (sandbox, not charged)' : ' (sandbox left out)';
  const facts = [
    made.length === 1 ? '1 picture' : `${made.length} pictures`,
    day.formatRange(dates[0] ?? 0, dates.at(-1) ?? 0),
    sumText(sum) + (paid.length < entries.length ? note : ''),
  ];
  return facts.join(' · ');
}
