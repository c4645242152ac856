import type { Desk } from './doing.ts';

/** Flags of which some have two names. */
export interface TwoNamed {
  ratio?: string;
  aspectRatio?: string;
  negative?: string;
  negativePrompt?: string;
}

/** Leaves one name of each flag. Given by both names, it must say the same by both. */
export function joinAliases<Flags extends TwoNamed>(desk: Desk, flags: Flags): Flags {
  const joined = { ...flags };
  join('ratio', '--ratio', 'aspectRatio', '--aspect-ratio');
  join('negative', '--negative', 'negativePrompt', '--negative-prompt');
  return joined;

  function join(name: keyof TwoNamed, flag: string, alias: keyof TwoNamed, aliasFlag: string): void {
    const value = flags[alias];
    if (value === undefined) return;
    if (flags[name] !== undefined && flags[name] !== value) {
      const both = [flags[name], value].map((each) => JSON.stringify(each)).join(' and ');
      desk.problems.push(`${flag} and ${aliasFlag} are one flag, and say ${both}`);
    }
    joined[name] = value;
  }
}
