import { costOf, type Entry } from '../../journal/entry.ts';
import { paidCents } from '../../task/cost.ts';
import { amountText } from '../../task/money.ts';
import type { GalleryPicture } from './picture.ts';

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** How many pictures, of when, and what they cost in all. */
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
