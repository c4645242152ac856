import type { Call } from './call.ts';
import { Refusal } from './refusal.ts';

/** Keys that are not taken, for trying out what a script makes of it. Every other one is. */
export const refusedKeys = {
  bad: 'sandbox-bad-key',
  forbidden: 'sandbox-forbidden',
  noCredits: 'sandbox-no-credits',
} as const;

/**
 * The key that a call comes with.
 *
 * @throws {Refusal} 401 without a key or with the bad one, 403 with the forbidden one
 */
export function keyOf({ headers }: Call): string {
  const key = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (key === undefined || key === refusedKeys.bad) {
    const message = key === undefined ? 'Missing API key' : 'Invalid API key';
    throw new Refusal(401, message, {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  }
  if (key === refusedKeys.forbidden) throw new Refusal(403, 'This API key may not use this service');
  return key;
}
