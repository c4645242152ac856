import { printable } from './printable.ts';

/** Letters and signs that take two columns (Unicode's East Asian Width W and F, and pictures). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** What stands on the letter before it, or is not seen. */
const narrow = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;

/** How many columns a text takes on a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (!narrow.test(segment)) columns += wide.test(segment) || segment.includes('\ufe0f') ? 2 : 1;
  }
  return columns;
}

/** The text in exactly so many columns: cut with an ellipsis, or filled with spaces. */
export function fitted(text: string, columns: number): string {
  const clean = printable(text);
  const whole = columnsOf(clean);
  if (whole <= columns) return clean + ' '.repeat(columns - whole);
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(clean)) {
    if (columnsOf(cut + segment) > columns - 1) break;
    cut += segment;
  }
  cut = cut.trimEnd();
  return `${cut}…${' '.repeat(columns - 1 - columnsOf(cut))}`;
}
