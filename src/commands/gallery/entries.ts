import { costOf, type Entry } from '../../journal/entry.ts';
import { addCost, newSum, sumText } from '../../task/cost.ts';
import { type GalleryPicture, isFailed } from './pictures.ts';

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
  return kept.sort((a, b) => {
    const [one, other] = [a.intended, b.intended];
    return (
      (one.row?.row ?? 0) - (other.row?.row ?? 0) ||
      one.request.model.localeCompare(other.request.model) ||
      (one.request.seed ?? 0) - (other.request.seed ?? 0)
    );
  });
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
