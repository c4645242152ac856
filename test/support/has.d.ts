/** Whether this machine has the program: a test that needs it is skipped by name elsewhere. */
export declare function has(program: string): boolean;
