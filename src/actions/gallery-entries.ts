import type { GalleryPicture } from '../gallery/tile.ts';
import { costOf, type Entry } from '../journal/entry.ts';
import { paidCents } from '../task/cost.ts';
import { amountText } from '../task/money.ts';

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
  return kept.sort((a, b) => rowOf(a) - rowOf(b) || modelOf(a).localeCompare(modelOf(b)));
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** Tells how many pictures there are, of when, and what they cost in all. */
export function gallerySummary(pictures: readonly GalleryPicture[], entries: readonly Entry[]): string {
  const made = pictures.filter((picture) => picture.made);
  const dates = made.map(({ madeAt }) => madeAt).sort((a, b) => a - b);
  const cents = entries
    .filter(({ intended: { server } }) => !server.sandbox)
    .map((entry) => paidCents(costOf(entry), entry.ended?.how === 'failed'))
    .reduce((sum, each) => sum + each, 0);
  const facts = [
    made.length === 1 ? '1 picture' : `${made.length} pictures`,
    day.formatRange(dates[0] ?? 0, dates.at(-1) ?? 0),
    cents > 0 && amountText(cents),
  ];
  return facts.filter(Boolean).join(' · ');
}
