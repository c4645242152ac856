import type { Target } from './target.ts';
/** What came of one parser. */
export interface Finding {
    name: string;
    cases: number;
    milliseconds: number;
    /** The smallest input that breaks it, and how; undefined where nothing did. */
    failure: string | undefined;
}
/** Feeds a parser so many cases. The same seed makes the same cases. */
export declare function fuzz({ name, property }: Target, cases: number, seed: number): Promise<Finding>;
/** Each parser's part of so many cases in all. */
export declare function portions(cases: number): Map<Target, number>;
