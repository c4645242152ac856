import type { Surroundings } from '../../src/world.ts';
/** A machine in memory: a text is a file, an error code a file that cannot be read. */
export declare function machine(files: Record<string, string | {
    code: string;
}>, rest?: Partial<Omit<Surroundings, 'readText'>>): Surroundings;
