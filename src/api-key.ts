/** What a place where keys are kept had to say. */
export interface FoundKey {
  apiKey: string | undefined;
  /** Where this very key belongs, as it is written there; never set without the key. */
  baseUrl: string | undefined;
  /** The place, for people: `RunAPI CLI (/home/u/.config/runapi/config.json)`. */
  source: string;
  /** What is wrong there, a line each. No line ever holds a key. */
  problems: string[];
}

/**
 * Why a trimmed text can't be a key, to follow "the key in …"; undefined where it can. A key becomes an HTTP
 * header, and what is pasted from a page or a PDF brings spaces and look-alikes that no header takes.
 */
export function keyFlaw(key: string): string | undefined {
  // Agents pass on a variable that is not set just as their settings spell it.
  if (/\$\{/.test(key)) return 'is a variable that was never filled in: set it where the agent is started';
  return /[^\x21-\x7e]/.test(key)
    ? 'holds a space, a control character or a letter outside ASCII: copy it again'
    : undefined;
}

/** An `http(s)://host` address in full: what another program's settings may give as a base URL. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** Names and paths come from outside: whatever they hold, the line about them stays one line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?').slice(0, 500);
}

/** Finds a key in whichever way each of its letters is written: as it is, escaped as in JSON once or twice, or as in a URL. */
export function keyForms(key: string): RegExp {
  const letters = [...key].map((letter) => {
    const code = letter.charCodeAt(0).toString(16).padStart(2, '0');
    const either = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\\\{0,3}${letter.replace(/[^\w\s]/, '\\$&')}|\\\\{1,2}u00${either}|%${either})`;
  });
  return new RegExp(letters.join(''), 'g');
}

/** Enough of a key to tell it from another: its last four characters, where it is long enough to keep the rest. */
export function maskedKey(key: string): string {
  return key.length >= 12 ? `…${key.slice(-4)}` : '…';
}

/** A shorter text than this would take the output to pieces, and is no key. */
const shortestSecret = 8;

/** Takes secrets out of every text, however JSON and URLs write them. */
export function createRedactor(): {
  keep(secret: string): void;
  redact(text: string): string;
} {
  const secrets = new Map<string, RegExp>();
  return {
    keep(secret) {
      if (secret.length >= shortestSecret && !secrets.has(secret)) secrets.set(secret, keyForms(secret));
    },
    redact(text) {
      let clean = text;
      for (const forms of secrets.values()) clean = clean.replace(forms, '[key]');
      return clean;
    },
  };
}
