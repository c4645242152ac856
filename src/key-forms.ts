/** Finds a key in whichever way each of its letters is written: as it is, escaped as in JSON once or twice, or as in a URL. */
export function keyForms(key: string): RegExp {
  const letters = [...key].map((letter) => {
    const code = letter.charCodeAt(0).toString(16).padStart(2, '0');
    const either = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\\\{0,3}${letter.replace(/[^\w\s]/, '\\$&')}|\\\\{1,2}u00${either}|%${either})`;
  });
  return new RegExp(letters.join(''), 'g');
}
