import { beginning } from './beginning.ts';

/**
 * A prompt as part of a file name: its words in lower case joined by '-', in whatever script they are.
 * At most 60 characters as people count them and 120 UTF-8 bytes, cut between words where that keeps at
 * least half. Never empty: a prompt without a letter or digit is `image`.
 */
export function slug(prompt: string): string {
  const text = prompt.normalize('NFC').toLowerCase().normalize('NFC').replace(invisible, '');
  let slugged = '';
  for (const [word] of text.matchAll(words)) {
    const joined = slugged === '' ? word : `${slugged}-${word}`;
    const fitting = beginning(joined, 120, 60);
    if (fitting.length < joined.length) {
      // Scripts without spaces make words as long as sentences: those are cut inside.
      const kept = slugged.length * 2 < fitting.length ? fitting : slugged;
      return kept.replace(/-$/, '') || 'image';
    }
    slugged = joined;
  }
  return slugged || 'image';
}

/** Marks stay with the letter that they belong to, so that every script stays legible. */
const words = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** Joiners, fillers, and what emoji leave behind in a word: variation selectors and key caps. */
const invisible = /\p{Default_Ignorable_Code_Point}|\u20e3/gu;
