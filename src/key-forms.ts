/** A shorter one is a stand-in (the sandbox takes any), and may be a word of the answer. */
const shortestKey = 12;

let known: { apiKey: string; forms: RegExp } | undefined;

/**
 * What a server says, without the key, in whichever way each of its letters is written: some repeat it in their
 * complaint about it, and what they say is kept in the record on disk.
 */
export function withoutKey(text: string, apiKey: string | undefined): string {
  if (apiKey === undefined || apiKey.length < shortestKey) return text;
  if (known?.apiKey !== apiKey) known = { apiKey, forms: formsOf(apiKey) };
  return text.replace(known.forms, '[key]');
}

/** Each letter as it is, escaped as in JSON (once or twice), or as in a URL. */
function formsOf(apiKey: string): RegExp {
  const letters = [...apiKey].map((letter) => {
    const code = letter.charCodeAt(0).toString(16).padStart(2, '0');
    const either = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\\\{0,3}${letter.replace(/\W/, '\\$&')}|\\\\{1,2}u00${either}|%${either})`;
  });
  return new RegExp(letters.join(''), 'g');
}
