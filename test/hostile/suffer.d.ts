import { type AtEnd } from '../support/program.ts';
import { type Service } from '../support/service.ts';
export interface Outcome {
    exitCode: number;
    told?: string | RegExp;
    /** Files in the folder at the end. */
    files?: number;
    words?: string[];
}
/**
 * Makes a picture where the server means harm. However it goes: two lines at most tell of it, no terminal is moved,
 * memory stays small, nothing is left behind, and one key was sent.
 */
export declare function suffer(misbehave: (service: Service) => unknown, { exitCode, told, files, words }: Outcome, atEnd: AtEnd): Promise<Service>;
