import type { Context } from '../context.ts';

/** A flag as written, `-m, --model <name>`, its description and its default. */
export type Flag = readonly [written: string, about: string, fallback?: string];

/** A command as data. Its code is loaded when it is called. */
export interface Declaration {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** The first paragraph of its own help; the summary by default. */
  about?: string;
  /** Arguments: `[prompt...]`, with a description. */
  words?: ReadonlyArray<readonly [written: string, about: string]>;
  /** Besides those that every command takes. */
  flags?: readonly Flag[];
  /** Without the name of the program, unless something stands before it. */
  examples?: readonly string[];
  /** Sends requests about tasks, so that a usage error has to say that nothing was sent. */
  sends?: boolean;
  /** stdout belongs to a protocol: not even --json may print anything else there. */
  ownsStdout?(flags: object): boolean;
  below?: readonly Declaration[];
  /** Does the work and returns the exit code. Missing where only a subcommand can be called. */
  run?(context: Context, words: readonly unknown[], flags: object): Promise<number>;
  /** Throws the other problems where a flag is invalid, so that all are reported at once. */
  check?(context: Context, words: readonly unknown[], flags: object): Promise<unknown>;
}

/** `-m` and `--model` */
export function namesOf([written]: Flag): string[] {
  return written.split(/,? /).filter((word) => word.startsWith('-'));
}

/** Returns the name of its value; undefined where it takes none. */
export function valueNameOf([written]: Flag): string | undefined {
  return /<(.+)>/.exec(written)?.[1];
}

/** Returns the name that commands read it by: `maxCost`; of `--no-wait` it is `wait`. */
export function keyOf(written: string): string {
  const [, name = ''] = /--(?:no-)?([a-z-]+)/.exec(written) ?? [];
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `prompt` of `[prompt...]` */
export function bareWord([written]: readonly [written: string, about: string]): string {
  return written.replace(/[[\]<>.]/g, '');
}
