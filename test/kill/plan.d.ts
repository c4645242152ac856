/** Where a process is killed. It may end before: then it was not killed. */
export type Death = 
/** At the n-th point of its talk with the service. `registers`: the request that arrived is taken all the same. */
{
    at: 'point';
    number: number;
    registers: boolean;
}
/** At the n-th thing that it does to the disk. */
 | {
    at: 'step';
    number: number;
    when: 'before' | 'after' | 'torn';
}
/** So many milliseconds after its start. */
 | {
    at: 'time';
    milliseconds: number;
};
/** One machine: what is asked for there, and where each run is killed before one is left to end. */
export interface Life {
    command: 'generate' | 'batch';
    /** Pictures of the one command. */
    count: number;
    /** With a file about it beside each picture. */
    sidecar: boolean;
    /** What the user types after a crash. */
    again: 'resume' | 'the same';
    deaths: Death[];
}
/** Lives without end, spread over everything that can happen. @param draw 0 to 1, another each time */
export declare function planLives(draw: () => number): Generator<Life>;
/** mulberry32: the same numbers for the same seed. */
export declare function drawsOf(seed: number): () => number;
