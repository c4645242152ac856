/** Where a part of a key was found. */
interface Hit {
  place: string;
  words: string[];
  trace: string;
  around: string;
}

export function search(
  folder: string,
  keys: readonly string[],
): { runs: number; files: number; bytes: number; allowed: number; hits: Hit[] };
