import type { PacedService } from './paced-service.ts';
import type { Death } from './plan.ts';
/** The real program, and the file that lets it die at a step. */
export interface Program {
    bin: string;
    dieAtStep: string;
}
export interface Ended {
    killed: boolean;
    code: number | null;
    stderr: string;
}
/** Runs the program to its end, or to its death. */
export declare function runUntil({ bin, dieAtStep }: Program, machine: {
    home: string;
    folder: string;
}, service: PacedService, words: readonly string[], death?: Death): Promise<Ended>;
