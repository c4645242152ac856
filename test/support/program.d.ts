import { type Options } from 'execa';
/** The leak test puts one in its place that notes what it writes. */
export declare const bin: string;
/** Calls back when the test is over. */
export type AtEnd = (tidy: () => Promise<void>) => void;
/** A machine of its own for one test: a home and a working folder that nobody else has. */
export interface Machine {
    home: string;
    folder: string;
    env: Record<string, string>;
}
/** Removed when the test is over. Tests that run side by side hand in their own `atEnd`. */
export declare function newMachine(atEnd?: AtEnd): Promise<Machine>;
/** The real program with real arguments. Never throws: look at `exitCode`, `stdout` and `stderr`. */
export declare function run<Extra extends Options = Record<never, never>>(machine: Machine, words: readonly string[], extra?: Extra): import("execa").ResultPromise<{
    cwd: string;
    env: Record<string, string>;
    extendEnv: false;
    reject: false;
    stdin?: 'ignore';
} & Extra>;
/** The folder's files, hidden ones too. */
export declare function filesIn(folder: string): Promise<string[]>;
