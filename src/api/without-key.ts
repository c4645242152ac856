import { keyForms } from '../api-key.ts';

/** A shorter one is a stand-in (the sandbox takes any), and may be a word of the answer. */
const shortestKey = 12;

let known: { apiKey: string; forms: RegExp } | undefined;

/**
 * What a server says, without the key: some repeat it in their complaint about it, and what they say is kept in the
 * record on disk.
 */
export function withoutKey(text: string, apiKey: string | undefined): string {
  if (apiKey === undefined || apiKey.length < shortestKey) return text;
  if (known?.apiKey !== apiKey) known = { apiKey, forms: keyForms(apiKey) };
  return text.replace(known.forms, '[key]');
}
