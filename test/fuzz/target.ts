import fc from 'fast-check';
import { Failure } from '../../src/errors.ts';
import { key } from './odd-json.ts';

/** One parser, with what it is fed and what has to hold. */
export interface Target {
  name: string;
  /** Its part of all cases. */
  share: number;
  property: fc.IRawProperty<unknown>;
}

/** A parser that answers at once. What `check` throws, but for a `Failure` that is fit to be shown, is a find. */
export function target<Input>(
  name: string,
  share: number,
  input: fc.Arbitrary<Input>,
  check: (input: Input) => unknown,
): Target {
  const property = fc.property(input, (each) => {
    try {
      check(each);
    } catch (error) {
      judge(error);
    }
    isClean();
  });
  return { name, share, property: property as fc.IRawProperty<unknown> };
}

/** A parser that is waited for. */
export function slowTarget<Input>(
  name: string,
  share: number,
  input: fc.Arbitrary<Input>,
  check: (input: Input) => Promise<unknown>,
): Target {
  const property = fc.asyncProperty(input, async (each) => {
    await check(each).catch(judge);
    isClean();
  });
  return { name, share, property: property as fc.IRawProperty<unknown> };
}

export function ensure(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}

/** Fit to be shown: one line, short, without the key. */
export function ensureLine(text: string): void {
  ensure(!text.includes(key), `no key is told: ${text}`);
  ensure(!/[\p{Cc}\u2028\u2029]/u.test(text), `a line is one line: ${JSON.stringify(text)}`);
  ensure(text.length < 2000, `a line is short, not ${text.length}`);
}

function judge(error: unknown): void {
  if (!(error instanceof Failure)) throw error;
  ensure(!`${error.message}${error.facts.hint}`.includes(key), `no key is told: ${error.message}`);
  ensure(error.message.length < 5000, `a message is short, not ${error.message.length}`);
}

const inherited = Object.getOwnPropertyNames(Object.prototype).length;

function isClean(): void {
  ensure(Object.getOwnPropertyNames(Object.prototype).length === inherited, 'no prototype is changed');
}
