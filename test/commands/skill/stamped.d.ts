/** A file as a version of this program leaves it. */
export declare function stampedBy(version: string, text: string): string;
