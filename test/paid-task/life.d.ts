import { type AtEnd, type Machine } from '../support/program.ts';
import { type Service, type ServiceOptions } from '../support/service.ts';
/** What a fault leads to. Where nothing is told, the picture is there and one task was charged. */
export interface Outcome {
    exitCode?: number;
    /** Tasks that the service charged for in the end. */
    charged?: number;
    /** A part of stderr. */
    told?: string | RegExp;
    /** What `resume` finds once the fault is over. */
    later?: 'the picture' | 'nothing';
    options?: ServiceOptions;
    words?: string[];
}
/** A picture of several packets, so that it can be torn in its middle. */
export declare const picture: Buffer<ArrayBufferLike>;
/**
 * Runs the real program against a service that misbehaves, then, once the service is well again, `resume`. However it
 * goes: what is on disk is whole, what was accepted was charged once, and nothing else is left anywhere.
 */
export declare function live(misbehave: (service: Service, machine: Machine) => unknown, outcome: Outcome, atEnd: AtEnd): Promise<Service>;
/** Unfinished runs and temporary files in the state folder. */
export declare function leftInRecord({ home }: Machine): Promise<string[]>;
