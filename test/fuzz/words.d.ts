export declare const wordTargets: import("./target.ts").Target[];
