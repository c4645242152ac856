import type { Clock, Deadline } from '../../src/world.ts';
/** A clock that stands still until somebody waits, and may jump. */
export interface FakeClock extends Clock {
    /** The date jumps; what only grows does not. */
    jump(milliseconds: number): void;
    pass(milliseconds: number): void;
    /** Called when somebody has waited, with all the milliseconds that have passed. */
    onWait: (monotonic: number) => unknown;
    deadline(milliseconds: number): Deadline;
}
export declare function fakeClock(startsAt?: number, random?: () => number): FakeClock;
