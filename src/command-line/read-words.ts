/** A flag with its value, or a word, of what was typed. */
export interface Part {
  /** As commander reads it: `['--ratio', '16:9']`. */
  typed: string[];
  /** `--ratio` or `-r`; a word has none. */
  flag?: string;
  flaw?: 'needs a value' | 'takes no value';
}

/** Tells which flags there are. */
export interface KnownFlags {
  /** Returns undefined for an unknown flag. */
  takesValue(flag: string): boolean | undefined;
  /** Returns the flag that was probably meant by an unknown one. */
  meant?(flag: string): string | undefined;
}

/**
 * Splits a command line without `--` into flags and words. Unlike commander it never takes a flag for the value of
 * another one: `--negative --sandbox` would buy a picture that was meant to be free. `--negative=--sandbox` is explicit.
 */
export function splitWords(argv: readonly string[], { takesValue, meant }: KnownFlags): Part[] {
  const parts: Part[] = [];
  const left = [...argv];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (!isFlag(word)) parts.push({ typed: [word] });
    else if (word.startsWith('--') || isLongName(word)) readLong(word);
    else readShort(word);
  }
  return parts;

  /** `-ratio` is a misspelled `--ratio`, not `-r atio`. */
  function isLongName(word: string): boolean {
    const [name = ''] = word.split('=');
    return name.length > 2 && takesValue(`-${name}`) !== undefined;
  }

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

  /** A misspelled flag still takes the next word as its value. */
  function readFlag(flag: string): void {
    if (!(takesValue(flag) ?? takesValue(meant?.(flag) ?? flag))) return void parts.push({ typed: [flag], flag });
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
