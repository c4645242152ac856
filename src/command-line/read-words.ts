/** A flag with its value, or a word, of what was typed. */
export interface Part {
  /** `--ratio` or `-r`; a word has none. */
  flag?: string;
  /** The value of the flag, or the word. */
  value?: string | undefined;
  flaw?: 'needs a value' | 'takes no value';
}

/**
 * Splits a command line without `--` into flags and words. It never takes a flag for the value of another one:
 * `--negative --sandbox` would buy a picture that was meant to be free. `--negative=--sandbox` is explicit.
 * @param takesValue returns undefined for an unknown flag
 * @param meant returns the flag that was probably meant by an unknown one
 */
export function splitWords(
  argv: readonly string[],
  takesValue: (flag: string) => boolean | undefined,
  meant: (flag: string) => string,
): Part[] {
  const parts: Part[] = [];
  const left = [...argv];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (!isFlag(word)) parts.push({ value: word });
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
    else if (takesValue(flag) === false) parts.push({ flag, flaw: 'takes no value' });
    else parts.push({ flag, value: word.slice(flag.length + 1) });
  }

  /** `-qd shots` is `-q -d shots`, and `-dshots` is `-d shots`. */
  function readShort(word: string): void {
    const [flag, rest] = [word.slice(0, 2), word.slice(2)];
    const takes = takesValue(flag);
    if (takes === undefined) parts.push({ flag: word });
    else if (rest === '') readFlag(flag);
    else if (takes) parts.push({ flag, value: rest });
    else {
      parts.push({ flag });
      readShort(`-${rest}`);
    }
  }

  /** A misspelled flag still takes the next word as its value. */
  function readFlag(flag: string): void {
    if (!(takesValue(flag) ?? takesValue(meant(flag)))) parts.push({ flag });
    else if (left[0] === undefined || isLikeFlag(left[0])) parts.push({ flag, flaw: 'needs a value' });
    else parts.push({ flag, value: left.shift() });
  }

  function isLikeFlag(word: string): boolean {
    return /^--[a-z][a-z-]*(=|$)/.test(word) || takesValue(word) !== undefined;
  }
}

/** `-` stands for stdin and stdout, and `-5` for a number. */
function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-' && !/^-\d*\.?\d+$/.test(word);
}
