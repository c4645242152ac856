/**
 * Flags may stand before the command: `--json generate x` becomes `generate --json x`, so that each command reads
 * its own. What follows `--` stays where it is.
 * @param takesValue whether a flag is followed by its value
 */
export function hoistCommand(argv: readonly string[], takesValue: (flag: string) => boolean): string[] {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') return [word, ...argv.slice(0, at), ...argv.slice(at + 1)];
    if (!word.includes('=') && takesValue(word)) at += 1;
  }
  return [...argv];
}
