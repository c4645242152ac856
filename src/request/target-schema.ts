import { array, boolean, number, object, enum as oneOf, optional, catch as orElse, string } from 'zod/mini';

/** Where the pictures of a task go, as the record keeps it. */
export const target = object({
  /** Absolute. */
  folder: string(),
  /** A name template, or `-` for stdout. */
  output: string(),
  existing: orElse(oneOf(['rename', 'overwrite', 'skip']), 'rename'), // a later version may know more
  /** The only files that may be overwritten; without the list it is any. */
  replaces: optional(array(string())),
  /** Which of the call's pictures this is, from 1. */
  index: number(),
  /** Beside each picture a JSON file is wanted that tells all about it. */
  sidecar: optional(boolean()),
  /** The request is wanted inside each picture. */
  embed: optional(boolean()),
  /** What the default name says besides the prompt and the task, where pictures of one call differ: `{model}-2`. */
  mark: optional(string()),
  /** The name comes from somebody else: nothing is written outside of this folder. */
  root: optional(string()),
});
