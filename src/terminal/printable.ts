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
