import { type Machine } from './program.ts';
/** A real terminal with a shell in it. */
export interface Pane {
    type(text: string): void;
    press(...keys: string[]): void;
    /** What can be seen, without the empty lines at its end. */
    screen(): string;
    /** Waits until it can be seen. */
    shows(text: string | RegExp): Promise<string>;
}
/** A tmux of its own, closed when the test is over. `run` is the program, and the prompt is `READY>`. */
export declare function openPane({ env, folder }: Machine): Promise<Pane>;
