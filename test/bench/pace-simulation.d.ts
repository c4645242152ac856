import { type Pace } from '../../src/task/pace.ts';
/**
 * Plays thousands of made-up tasks, seeded, against our pace and the ticks of its peers.
 *
 * A look leaves, reaches the service half a round trip later, and its answer is here after the whole; only then is
 * the next one planned. Delay is from the end of the task until a look that sees it reaches the service: the way of
 * the answer is the same for all. A tick is taken at its word: a look leaves at once and then every 2 s. That is the
 * tougher measure for us: the peers' clients pause after the answer, so a round trip makes their looks fewer (`clients`).
 */
export declare function simulate(roundTripMs?: number, tasks?: number): Simulation;
interface Figures {
    meanMs: number;
    p95Ms: number;
    looks: number;
    /** Mean delay as a share of the 2 s tick's. */
    delayShare: number;
    /** Looks as a share of the 0.5 s tick's. */
    looksShare: number;
}
type Runner = keyof typeof runners;
interface Scenario {
    name: string;
    figures: Record<Runner, Figures>;
}
export interface Simulation {
    roundTripMs: number;
    scenarios: Scenario[];
    /** The means over the scenarios. */
    overall: Record<Runner, Figures>;
}
export declare const runners: {
    readonly cold: 'ours, first run';
    readonly learned: 'ours, after 20 tasks';
    readonly tick2: '2 s tick (RunAPI SDK)';
    readonly tick3: '3 s tick (RunAPI CLI)';
    readonly tick5: '5 s tick (RunAPI MCP)';
    readonly tick05: '0.5 s tick (Replicate, fal)';
    readonly pause2: '2 s pause after the answer';
    readonly pause05: '0.5 s pause after the answer';
};
/** The frontier as text: the means over all scenarios, then ours in each. */
export declare function report(simulation: Simulation): string;
/** One task of `durationMs`, followed to its end. */
export declare function play(pace: Pace, durationMs: number, roundTripMs: number, random: () => number): Played;
interface Played {
    delayMs: number;
    looks: number;
    /** What our own record remembers of it, not the truth. */
    tookMs: number | undefined;
}
type Draw = (random: () => number) => number;
/** The pace of a machine that has followed so many tasks. */
export declare function afterTasks(count: number, draw: Draw, roundTripMs: number, random: () => number): Pace;
/** mulberry32: the same numbers on every machine. */
export declare function seeded(seed: number): () => number;
export {};
