import { keyForms } from '../api-key.ts';

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
