import fc from 'fast-check';
/** One of the examples with up to eight of its places changed. */
export declare function mutated(examples: readonly Buffer[]): fc.Arbitrary<Buffer>;
/** The same for texts: what is no UTF-8 becomes replacement characters, as where files are read. */
export declare function mutatedText(examples: readonly string[]): fc.Arbitrary<string>;
