export declare const terminalTargets: import("./target.ts").Target[];
