import fc from 'fast-check';
import type { Transport } from '../../src/api/transport.ts';
import type { FakeClock } from '../support/clock.ts';
/** What one request gets. */
export type Reply = 
/** No connection came about: the request never left. */
{
    kind: 'unreachable';
    code: string;
}
/** The connection broke once the request had left. `registers`: the task was taken all the same. */
 | {
    kind: 'lost';
    code: string;
    registers: boolean;
} | {
    kind: 'answer';
    status: number;
    headers: Record<string, string>;
    body: Buffer;
    /** The connection breaks after so many bytes. */
    tornAfter?: number | undefined;
    registers: boolean;
};
export declare const anyReply: fc.Arbitrary<Reply>;
/** A world that replies so, one request after the other, and is well-behaved or goes on like the last one after that. */
export declare function anyWorld(replies: readonly Reply[], afterwards: 'well' | 'the same', clock: FakeClock): {
    transport: Transport;
    keys: Set<string | undefined>;
    isRegistered: () => boolean;
    requests: () => number;
};
