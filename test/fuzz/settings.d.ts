export declare const settingTargets: import("./target.ts").Target[];
