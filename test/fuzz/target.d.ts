import fc from 'fast-check';
/** One parser, with what it is fed and what has to hold. */
export interface Target {
    name: string;
    /** Its part of all cases. */
    share: number;
    property: fc.IRawProperty<unknown>;
}
/** A parser that answers at once. What `check` throws, but for a `Failure` that is fit to be shown, is a find. */
export declare function target<Input>(name: string, share: number, input: fc.Arbitrary<Input>, check: (input: Input) => unknown): Target;
/** A parser that is waited for. */
export declare function slowTarget<Input>(name: string, share: number, input: fc.Arbitrary<Input>, check: (input: Input) => Promise<unknown>): Target;
export declare function ensure(holds: boolean, what: string): asserts holds;
/** Fit to be shown: one line, short, without the key. */
export declare function ensureLine(text: string): void;
