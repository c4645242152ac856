import type { EnvFile } from './env-file.ts';

/** The variables that Hermes' settings may name: those of the shell, then those of Hermes' `.env`. */
export interface Variables {
  /** Trimmed; a variable that is set but blank counts as not set. */
  find(name: string): { value: string; place: string } | undefined;
  /** Puts in `${VAR}` and `${env:VAR}`. What is set nowhere stays as it is written; a bare `$VAR` always does. */
  expand(text: string): string;
  /** Those asked for that are set in both places to different values. */
  differing(): string[];
  /** Why nothing was found, to follow the variable's name. */
  whyNot(name: string): string;
}

/**
 * The shell wins over `.env`. Hermes Agent 0.21 has it the other way round, so a difference must be told: the two
 * programs then use two keys.
 */
export function variablesOf(
  shell: Readonly<Record<string, string | undefined>>,
  file: EnvFile,
  filePath: string,
): Variables {
  const asked = new Set<string>();
  // A hand-written `key_env: constructor` must not find what every object inherits.
  const inShell = (name: string) => (Object.hasOwn(shell, name) ? shell[name] : undefined);

  function find(name: string) {
    asked.add(name);
    const fromShell = inShell(name)?.trim();
    if (fromShell) return { value: fromShell, place: 'the environment' };
    const fromFile = file.values.get(name)?.trim();
    return fromFile ? { value: fromFile, place: filePath } : undefined;
  }

  return {
    find,
    expand: (text) =>
      text.replace(/\$\{(?:env:)?([^{}]+)\}/g, (written, name: string) => {
        const set = find(name)?.value;
        return set ?? file.values.get(name) ?? inShell(name) ?? written;
      }),
    differing: () =>
      [...asked].filter((name) => {
        const [one, other] = [inShell(name)?.trim(), file.values.get(name)?.trim()];
        return one && other && one !== other;
      }),
    whyNot: (name) => {
      const line = file.broken.get(name);
      return line === undefined
        ? `is set neither in the environment nor in ${filePath}`
        : `cannot be read from line ${line} of ${filePath}: are its quotes closed?`;
    },
  };
}
