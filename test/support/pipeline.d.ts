import { type Machine } from './program.ts';
/** A machine of a pipeline: nobody's key, and an npx that has the program at hand. */
export declare function asRunner({ home, env }: Machine): Promise<Record<string, string>>;
/** Runs what a pipeline runs; answers its exit code, with what it said where that is not 0. */
export declare function runWords([command, ...words]: readonly string[], cwd: string, env: Record<string, string>): Promise<string>;
/** GitHub's `${{ … }}`. Throws for a word that is not among the values. */
export declare function filledIn(text: string, values: Readonly<Record<string, string>>): string;
