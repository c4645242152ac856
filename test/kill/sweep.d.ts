import { type Program } from './run-until.ts';
/** What became of all lives together. */
export interface Tally {
    kills: number;
    /** Tasks that the service took, each charged once. */
    accepted: number;
    /** Tasks whose picture is on disk, whole, once. */
    whole: number;
    paidTwice: number;
    lost: number;
    /** What else is not as it should be: left files, wrong exit codes, a resume that never ends. */
    problems: string[];
}
/**
 * Ends the real program by SIGKILL at points spread over its whole life, runs it again until it says that nothing is
 * left to do, and counts what was paid and what is on disk. The same seed makes the same plans.
 */
export declare function sweep(program: Program, { kills, atOnce, seed }: {
    kills: number;
    atOnce: number;
    seed: number;
}): Promise<Tally>;
