import { type Machine } from './program.ts';
/** Whether this machine has the `script` of util-linux. */
export declare const hasTerminal: boolean;
export interface TerminalSize {
    columns: number;
    rows: number;
}
/** The real program on a real terminal, which both of its streams are: answers every byte that came there. */
export declare function runOnTerminal(machine: Machine, words: readonly string[], env?: Record<string, string>, { columns, rows }?: TerminalSize, typed?: string): Promise<{
    screen: Buffer;
    exitCode: number | undefined;
}>;
