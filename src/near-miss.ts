import { distance } from 'fastest-levenshtein';

/** The word of `known` that was probably meant by `typed`, if any is near enough to be worth naming. */
export function nearMiss(typed: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((word) => ({
      word,
      away: distance(typed.toLowerCase(), word.toLowerCase()),
    }))
    .sort((a, b) => a.away - b.away);
  const best = ranked[0];
  if (!best) return undefined;
  const near = best.away <= Math.max(1, Math.floor(best.word.length / 3));
  return near || best.word.startsWith(typed.toLowerCase()) ? best.word : undefined;
}

/** ` (did you mean X?)`, or nothing. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const meant = typed.length > 1 ? nearMiss(typed, known) : undefined;
  return meant ? ` (did you mean ${meant}?)` : '';
}
