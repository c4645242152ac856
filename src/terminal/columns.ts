import { printable } from './printable.ts';

/** Counts the columns that a text takes on a terminal. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  // Unicode's East Asian Width W and F, and emoji; and what combines with the character before, or is not seen.
  const wide =
    /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
  const narrow = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;
  let columns = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (!narrow.test(segment)) columns += wide.test(segment) || segment.includes('\ufe0f') ? 2 : 1;
  }
  return columns;
}

/** Fits a text into exactly so many columns: cut with an ellipsis, or filled with spaces. */
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

/** The space between two columns. */
const gap = '  ';

/**
 * Formats rows for people: aligned columns that fit a terminal; tabs where there is none.
 * @param columns the terminal's width, 0 off a terminal
 */
export function table(rows: ReadonlyArray<readonly string[]>, columns: number): string[] {
  if (columns <= 0) return rows.map((row) => row.map(printable).join('\t'));
  const widths = widthsFor(rows, columns);
  return rows.map((row) => {
    const cells = widths.map((width, at) => fitted(row[at] ?? '', width));
    return cells.join(gap).trimEnd();
  });
}

/** A column is cut to no fewer characters. The first has names, which are often told apart by their ends. */
const leastName = 20;
const leastOther = 6;

/** Cuts the widest columns, the first one last, until all of them fit. What still has no room at the end is left out. */
function widthsFor(rows: ReadonlyArray<readonly string[]>, columns: number): number[] {
  const whole = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => columnsOf(printable(row[at] ?? '')))));
  const least = whole.map((width, at) => Math.min(width, at === 0 ? leastName : leastOther));
  const excessOf = (widths: readonly number[]): number =>
    widths.reduce((sum, width) => sum + width + gap.length, -gap.length - columns);
  while (least.length > 1 && excessOf(least) > 0) least.pop();
  const widths = whole.slice(0, least.length);
  for (let excess = excessOf(widths); excess > 0; excess -= 1) {
    const [, ...others] = widths.map((width, at) => (width > (least[at] ?? 0) ? width : 0));
    const widest = Math.max(...others);
    const at = widest > 0 ? others.indexOf(widest) + 1 : 0;
    widths[at] = Math.max(1, (widths[at] ?? 0) - 1);
  }
  return widths;
}
