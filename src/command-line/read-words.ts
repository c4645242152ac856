/** A flag with its value, or a word, of what was typed. */
export interface Part {
  /** As it is to be read: `['--ratio', '16:9']`. */
  typed: string[];
  /** `--ratio` or `-r`; a word has none. */
  flag?: string;
  flaw?: 'needs a value' | 'takes no value';
}

/**
 * Takes a command line without `--` apart, as commander would, but that no flag is another one's value:
 * `--negative --sandbox` would buy a picture that was meant to be free. `--negative=--sandbox` says so on purpose.
 * @param takesValue undefined where there is no such flag
 */
export function splitFlags(
  argv: readonly string[],
  takesValue: (flag: string) => boolean | undefined,
): Part[] {
  const parts: Part[] = [];
  const left = [...argv];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (!isFlag(word)) parts.push({ typed: [word] });
    else if (word.startsWith('--')) readLong(word);
    else readShort(word);
  }
  return parts;

  function readLong(word: string): void {
    const [flag = word] = word.split('=');
    if (flag === word) readFlag(flag);
    else if (takesValue(flag) === false) parts.push({ typed: [], flag, flaw: 'takes no value' });
    else parts.push({ typed: [word], flag });
  }

  /** `-qd shots` is `-q -d shots`, and `-dshots` is `-d shots`. */
  function readShort(word: string): void {
    for (let group = word.slice(1); group !== ''; group = group.slice(1)) {
      const flag = `-${group.charAt(0)}`;
      const takes = takesValue(flag);
      if (takes === undefined) return void parts.push({ typed: [`-${group}`], flag: `-${group}` });
      if (takes && group.length > 1) return void parts.push({ typed: [flag, group.slice(1)], flag });
      readFlag(flag);
    }
  }

  function readFlag(flag: string): void {
    if (!takesValue(flag)) return void parts.push({ typed: [flag], flag });
    const [value] = left;
    if (value === undefined || isLikeFlag(value)) parts.push({ typed: [], flag, flaw: 'needs a value' });
    else parts.push({ typed: [flag, left.shift() as string], flag });
  }

  function isLikeFlag(word: string): boolean {
    return /^--[a-z][a-z-]*(=|$)/.test(word) || takesValue(word) !== undefined;
  }
}

/** `-` stands for stdin and stdout, and `-5` for a number. */
function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-' && !/^-\d*\.?\d+$/.test(word);
}
