/** Words in a prompt, written `[sandbox:WORD]`, that order a fault: so people can see what their scripts make of it. */
export const faultWords = {
  fail: 'the task fails, with a reason; nothing is charged',
  slow: 'the task never ends',
  '402': 'not enough credits',
  '422': 'the prompt is refused',
  '429': 'too many requests, whenever it is tried; Retry-After is 1 second',
  '429-once': 'too many requests at the first try',
  '500': 'the server fails, whenever it is tried',
  '503-once': 'the server is busy at the first try; Retry-After is 1 second',
  'cut-once': 'the task is accepted, and the connection breaks before the first answer',
  expired: 'the image is gone: its URL answers 410',
  torn: 'the image breaks off half way at the first try; a Range request gets the rest',
  'not-an-image': 'the image URL answers an HTML page',
} as const;

export type Fault = keyof typeof faultWords;

/** What a prompt orders, and the words in it that order nothing: a typing error must not pass for a success. */
export function faultsIn(prompt: string): {
  faults: ReadonlySet<Fault>;
  unknown: string[];
} {
  const words = Array.from(prompt.matchAll(/\[sandbox:([^\]\s]*)\]/gi), ([, word = '']) =>
    word.toLowerCase(),
  );
  return {
    faults: new Set(words.filter(isFault)),
    unknown: words.filter((word) => !isFault(word)),
  };
}

function isFault(word: string): word is Fault {
  return Object.hasOwn(faultWords, word);
}
