export declare const pictureTargets: import("./target.ts").Target[];
