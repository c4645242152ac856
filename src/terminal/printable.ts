/**
 * Makes text from outside safe on a terminal: control characters (escape codes among them), characters that change the
 * direction of writing and characters that nobody sees are removed; line breaks and tabs become spaces.
 */
export function printable(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(unseen(), '');
}

/**
 * Does the same with text of several lines, in which tabs may stand, and leaves the colours in it where this program
 * may have added some.
 */
export function printableText(text: string, coloured: boolean): string {
  const unseenInLines = new RegExp(`(?![\\n\\t])${unseen().source}`, 'gu');
  const parts = coloured ? text.split(colour) : [text];
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replace(unseenInLines, ''))).join('');
}

/** Those of `colours`, and the ends of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how terminals are told of colours
const colour = /(\u001b\[(?:[12]|22|3[123]|39)m)/;

/**
 * All but variation selectors and the joiner between the parts of one emoji. A function, because classes of Unicode take
 * half a millisecond of every start.
 */
const unseen = () =>
  /(?!(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d\p{Extended_Pictographic})(?![\ufe0e\ufe0f])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu;

/** Cuts a text to so many characters, for a prompt in a line about it. */
export function shortened(text: string, most: number): string {
  const characters = [...printable(text)];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}
