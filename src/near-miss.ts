import { distance } from 'fastest-levenshtein';

/** `; did you mean X?`, or nothing. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const meant = typed.length > 1 ? nearMiss(typed, known) : undefined;
  return meant ? `; did you mean ${meant}?` : '';
}

/** The word of `known` that was probably meant by `typed`, if any is near enough to be worth naming. */
export function nearMiss(typed: string, known: readonly string[]): string | undefined {
  const lower = typed.toLowerCase();
  const longer = known.filter((word) => word.toLowerCase().startsWith(lower));
  if (longer.length === 1 && lower !== '') return longer[0];
  const [best] = known
    .map((word) => ({ word, away: distance(lower, word.toLowerCase()) }))
    .sort((a, b) => a.away - b.away);
  if (best && best.away <= Math.max(1, Math.floor(best.word.length * 0.4))) return best.word;
  return longer[0];
}
