import { Refusal } from './call.ts';

/** Faults that a prompt orders with `[sandbox:WORD]`, so that people can test their scripts. */
export const faultWords = {
  fail: 'the task fails, with a reason; nothing is charged',
  slow: 'the task never ends',
  '402': 'not enough credits',
  '422': 'the prompt is refused',
  '429': 'too many requests, at every try; Retry-After is 1 second',
  '429-once': 'too many requests, at the first try',
  '500': 'the server fails, at every try',
  '503-once': 'the server is busy at the first try; Retry-After is 1 second',
  'cut-once': 'the task is accepted, and the connection breaks before the first answer',
  expired: 'the image is gone: its URL answers 410',
  torn: 'the image breaks off half way at the first try; a Range request gets the rest',
  'not-an-image': 'the image URL answers an HTML page',
} as const;

export type Fault = keyof typeof faultWords;

/** Finds the faults in a prompt. An unknown word must not pass for a success, so it is returned too. */
export function faultsIn(prompt: string): { faults: ReadonlySet<Fault>; unknown: string[] } {
  const matches = prompt.matchAll(/\[sandbox:([^[\]\s]*)\]/gi);
  const words = Array.from(matches, ([, word = '']) => word.toLowerCase());
  const isFault = (word: string): word is Fault => Object.hasOwn(faultWords, word);
  return { faults: new Set(words.filter(isFault)), unknown: words.filter((word) => !isFault(word)) };
}

const busy = { headers: { 'Retry-After': '1' } };
const refusals: { readonly [fault in Fault]?: () => Refusal } = {
  '402': () => new Refusal(402, 'Insufficient credits'),
  '422': () => new Refusal(422, 'Validation failed', { errors: { prompt: ['orders its own refusal'] } }),
  '429': () => new Refusal(429, 'Too many requests', busy),
  '429-once': () => new Refusal(429, 'Too many requests', busy),
  '500': () => new Refusal(500, 'Internal server error'),
  '503-once': () => new Refusal(503, 'Service temporarily unavailable', busy),
};

/**
 * Refuses a new task if its prompt orders that.
 *
 * @param isFirstTry tells whether the task is tried for the first time with this fault
 * @throws {Refusal} the ordered one
 */
export function refuseIfOrdered(faults: ReadonlySet<Fault>, isFirstTry: (fault: Fault) => boolean): void {
  for (const fault of faults) {
    const refusal = refusals[fault];
    if (refusal && (!fault.endsWith('-once') || isFirstTry(fault))) throw refusal();
  }
}
