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

/** What stands between two columns. */
const gap = '  ';

/**
 * Formats rows for people: aligned columns that fit a terminal; tabs where there is none.
 * @param columns the terminal's width, 0 off a terminal
 */
export function table(rows: ReadonlyArray<readonly string[]>, columns: number): string[] {
  if (columns <= 0) return rows.map((row) => row.map(printable).join('\t'));
  const widths = widthsFor(rows, columns);
  return rows.map((row) => {
    const cells = row.map((cell, at) => fitted(cell, widths[at] ?? 0));
    return cells.join(gap).trimEnd();
  });
}

/** The width of each column: that of its longest cell, where need be the widest reduced until all of them fit. */
function widthsFor(rows: ReadonlyArray<readonly string[]>, columns: number): number[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => columnsOf(printable(row[at] ?? '')))));
  const room = columns - gap.length * (widths.length - 1);
  for (let excess = widths.reduce((sum, width) => sum + width, -room); excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    widths[widths.indexOf(widest)] = Math.max(1, widest - 1);
  }
  return widths;
}
