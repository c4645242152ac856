import type { Machine } from './program.ts';
/** A task of the record, with what is not usual about it. */
export interface Remembered {
    prompt?: string;
    model?: string;
    aspectRatio?: string;
    negativePrompt?: string;
    seed?: number;
    /** Milliseconds since 1970. */
    at?: number;
    /** Its picture in the machine's folder; null where nothing was saved. */
    file?: string | null;
    /** Null leaves the task open. */
    how?: 'saved' | 'kept' | 'failed' | 'refused' | 'given-up' | 'expired' | null;
    /** Null where the answer to the request never came. */
    id?: string | null;
    message?: string;
    row?: {
        batch: string;
        row: number;
        key: string;
        id?: string;
    };
    sandbox?: boolean;
    key?: string;
    width?: number;
    height?: number;
}
/** When the first of the remembered tasks was made, and how long after it each next one. */
export declare const firstAt: number;
export declare const apartMs = 60000;
/** The events of a task in the documented form, one a line. */
export declare function linesOf(task: Remembered, position: number, folder: string): string;
/** Writes tasks into the record as one run of the past, and their pictures into the machine's folder. */
export declare function remember(machine: Machine, tasks: readonly Remembered[], name?: string): Promise<string>;
