export declare const fileTargets: import("./target.ts").Target[];
