/**
 * Makes text from outside safe on a terminal: control characters (escape codes among them), characters that change the
 * direction of writing and characters that nobody sees are removed; line breaks and tabs become spaces.
 */
export function printable(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(unseen, '');
}

/** All but variation selectors and the joiner between the parts of one emoji. */
const unseen =
  /(?!(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d\p{Extended_Pictographic})(?![\ufe0e\ufe0f])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu;

/** Cuts a text to so many characters, for a prompt in a line about it. */
export function shortened(text: string, most: number): string {
  const characters = [...printable(text)];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}

/** Characters that take two columns (Unicode's East Asian Width W and F, and emoji). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Characters that combine with the one before, or are not seen. */
const narrow = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;

/** Counts the columns that a text takes on a terminal. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
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

/**
 * Breaks a text into lines of so many columns, between words: a longer word is left whole, to be copied.
 * @param columns 0 for no limit, as off a terminal
 */
export function wrapped(text: string, columns: number): string[] {
  if (columns <= 0) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const joined = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && columnsOf(joined) <= columns) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

/**
 * Formats rows for people: aligned columns that fit a terminal, the last one cut if need be; separated by tabs where
 * there is no terminal.
 * @param columns the terminal's width, 0 off a terminal
 */
export function table(rows: ReadonlyArray<readonly string[]>, columns: number): string[] {
  if (columns <= 0) return rows.map((row) => row.map(printable).join('\t'));
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => columnsOf(printable(row[at] ?? '')))),
  );
  return rows.map((row) => {
    let left = columns;
    const cells = row.map((cell, at) => {
      const isLast = at === row.length - 1;
      const width = Math.min(left, isLast ? columnsOf(printable(cell)) : (widths[at] ?? 0));
      left -= width + gap.length;
      return width > 0 ? fitted(cell, width) : '';
    });
    return cells.join(gap).trimEnd();
  });
}

const gap = '  ';
