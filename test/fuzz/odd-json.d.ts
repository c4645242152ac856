import fc from 'fast-check';
/** The key that no message may hold. */
export declare const key = "rk_live_7Q9XvPq2LmZt";
/** Text that may stand anywhere: control characters, halves of letters, the key. */
export declare const oddText: fc.Arbitrary<string>;
/** JSON of the examples in which some values are others, or have other names. */
export declare function oddJson(examples: readonly object[]): fc.Arbitrary<string>;
