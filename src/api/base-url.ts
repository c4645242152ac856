import { looksLikeKey, maskedKey } from '../api-key.ts';
import { invalid } from '../errors.ts';

export const defaultBaseUrl = 'https://runapi.ai';

/**
 * The address of a server, without a trailing slash and without the `/v1` that Hermes' settings carry:
 * `https://runapi.ai/v1` and `https://runapi.ai` mean the same.
 * @param source names where the text came from, for the error.
 */
export function parseBaseUrl(text: string, source: string): string {
  const typed = text.trim();
  if (!URL.canParse(typed)) {
    // People swap the two variables, or put a password into the address: neither is shown.
    const isKey = looksLikeKey(typed);
    const shown = isKey ? maskedKey(typed) : typed.includes('@') ? '…' : typed.slice(0, 200);
    throw invalid(
      `${source}: ${JSON.stringify(shown)} is not a URL`,
      isKey
        ? `It looks like a key, which goes into RUNAPI_API_KEY. Write an address like ${defaultBaseUrl}`
        : `Write it like ${defaultBaseUrl}`,
    );
  }
  const url = new URL(typed);
  if (url.username || url.password) {
    throw invalid(`${source}: a base URL may not hold a user name or password`, 'The key goes into RUNAPI_API_KEY');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw invalid(
      `${source}: ${url.protocol}//${url.host} is not safe for a key`,
      'Use https; plain http is taken only for this machine (127.0.0.1, localhost)',
    );
  }
  if (url.search || url.hash) throw invalid(`${source}: a base URL ends before "?" and "#"`);
  const path = url.pathname.replace(/\/+$/, '').replace(/(?:\/api)?\/v1$/, '');
  return url.origin + path;
}

/** The host and port of an address, for people. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d+){3}$/.test(host);
}
