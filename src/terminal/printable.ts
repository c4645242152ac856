/**
 * Text from outside, safe on a terminal: control characters (escape codes among them) and characters that turn the
 * direction of writing become visible as spaces or vanish.
 */
export function printable(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '');
}

/** At most so many columns, roughly: for a prompt in a line about it. */
export function shortened(text: string, most: number): string {
  const characters = [...printable(text)];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}
