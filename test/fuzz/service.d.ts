export declare const serviceTargets: import("./target.ts").Target[];
