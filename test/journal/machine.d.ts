import type { Event } from '../../src/journal/event.ts';
import { type Journal } from '../../src/journal/journal.ts';
import { type FakeClock } from '../support/clock.ts';
/** A state folder, and any number of processes that keep their record in it. */
export interface Records {
    folder: string;
    clock: FakeClock;
    /** What could not be read. */
    unreadable: string[];
    /** A process with this number, of this machine unless another is named. It is alive until `end`. */
    process(pid: number, host?: string): Journal;
    end(pid: number): void;
}
/** Removed when the test is over. */
export declare function newRecords(random?: () => number): Promise<Records>;
/** A process number that no machine gives. */
export declare const somePid: number;
export declare function intended(key: string, at: number): Event;
export declare function accepted(key: string, at: number): Event;
export declare function ended(key: string, at: number): Event;
/** A file of the record as another version or another hand would have left it. */
export declare function put(records: Records, name: string, lines: readonly unknown[]): Promise<string>;
