/** Put in by the build from package.json. */
declare const PROGRAM_VERSION: string;

export const programVersion: string = PROGRAM_VERSION;
