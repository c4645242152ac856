/** A key found in one of the places where keys are kept. */
export interface FoundKey {
  apiKey: string | undefined;
  /** The address that belongs to this key, as it is written there; never set without the key. */
  baseUrl: string | undefined;
  /** The place, for people: `RunAPI CLI (/home/u/.config/runapi/config.json)`. */
  source: string;
  /** Problems there, a line each. No line contains a key. */
  problems: string[];
}

/** A text read as a key. Without a `key`, `problem` says why, to follow "the key in …"; without both there is none. */
export interface ReadKey {
  key?: string;
  problem?: string;
  /** Nothing that anybody meant as a key: as good as not set. */
  isMissing: boolean;
}

/**
 * Reads a key, without quotes around it, which `docker --env-file` passes on, and without what is pasted with it. What a program wrote for "not set"
 * counts as missing. A key becomes an HTTP header, and what is pasted from a page or a PDF brings spaces and
 * look-alikes that no header takes.
 */
export function readKey(text: string | undefined): ReadKey {
  const key = unquoted(unquoted(text ?? '').replace(/^(?:export\s+)?RUNAPI_API_KEY=|^Bearer\s+/i, ''));
  if (key === '') return text ? missing('holds only spaces or quotes') : { isMissing: true };
  if (/^(null|undefined|none)$/i.test(key)) return missing(`is the word ${key}`);
  if (placeholder.test(key)) return missing('is a placeholder that was not filled in');
  if (/^https?:\/\//i.test(key)) return flawed('is an address');
  if (/[^\x21-\x7e]/.test(key))
    return flawed('holds a space, a control character or a letter outside ASCII: copy it again');
  return { key, isMissing: false };
}

/** `${NAME}`, `{{ name }}` and `$(command)`, or nothing but `$NAME`, `%NAME%`, `<your key>`, `your-api-key`, `***`. */
const placeholder =
  /\$[({]|\{\{|^\$(env:)?\w+$|^%\w+%$|^<[^<>]*>$|^\[[^[\]]*\]$|^your[-_ ].*key|^[*x.]+$|^change.?me$|^op:\/\/|^RUNAPI_API_KEY$/i;

const missing = (problem: string): ReadKey => ({ problem, isMissing: true });
const flawed = (problem: string): ReadKey => ({ problem, isMissing: false });

/** Removes spaces and pairs of quotes around a text, curly ones too. */
export function unquoted(text: string): string {
  const trimmed = text.trim();
  const inside = /^(?:"(.*)"|'(.*)'|`(.*)`|“(.*)”|‘(.*)’)$/s
    .exec(trimmed)
    ?.slice(1)
    .find((part) => part !== undefined);
  if (inside !== undefined) return unquoted(inside);
  return /^["'`]$/.test(trimmed) ? '' : trimmed;
}

/** Tells whether a text is a full `http(s)://host` address, as another program's settings may give for a base URL. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** Tells whether a text may be a key in the wrong place, which must not be shown: a long run of letters and digits. */
export function looksLikeKey(text: string): boolean {
  return /(?=[a-z]*\d)[a-z0-9]{12,}/i.test(text);
}

/** Keeps a line with names and paths from outside one line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?').slice(0, 500);
}

/** Shows enough of a key to tell it from another: its last four characters, where it is long enough. */
export function maskedKey(key: string): string {
  return key.length >= 12 ? `…${key.slice(-4)}` : '…';
}

/** Matches a key however its letters are written: as they are, escaped as in JSON once or twice, or as in a URL. */
function keyForms(key: string): RegExp {
  const letters = [...key].map((letter) => {
    const code = letter.charCodeAt(0).toString(16).padStart(2, '0');
    const either = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\\\{0,3}${letter.replace(/[^\w\s]/, '\\$&')}|\\\\{1,2}u00${either}|%${either})`;
  });
  return new RegExp(letters.join(''), 'g');
}

/** Removing a shorter text than this would tear the output apart; it is not a key. */
const shortestSecret = 8;

/** Removes secrets from every text, however JSON and URLs write them. */
export function createRedactor(): { keep(secret: string): void; redact(text: string): string } {
  const secrets = new Map<string, RegExp>();
  return {
    keep(text) {
      const secret = unquoted(text);
      if (secret.length >= shortestSecret && !secrets.has(secret)) secrets.set(secret, keyForms(secret));
    },
    redact(text) {
      let clean = text;
      for (const forms of secrets.values()) clean = clean.replace(forms, '[key]');
      return clean;
    },
  };
}
