import { programVersion } from '../version.ts';
import { aboutFlag, type Declaration } from './declaration.ts';
import { globalFlags, helpFlag, versionFlag } from './flags.ts';

export const programName = 'runapi-imagen';

const examples = `  runapi-imagen generate "mug with HELLO" --ratio 16:9
  runapi-imagen generate "a mug" --sandbox          (no key, no cost)`;

/** The answer to a call without arguments. */
export const welcome = `runapi-imagen ${programVersion}: Imagen 4 pictures through RunAPI

${examples}

More: runapi-imagen --help
`;

export const versionText = `${programVersion}\n`;

/** Stands at the end of every help. */
export const questions = 'Problems and questions: https://github.com/runapi-imagen/runapi-imagen/issues';

/** Answers a call for only the version or the whole help, without loading commander. */
export function plainAnswer(words: readonly string[], commands: readonly Declaration[]): string | undefined {
  const [word = ''] = words;
  if (words.length !== 1) return undefined;
  if (['-V', '--version'].includes(word)) return versionText;
  return ['-h', '--help', 'help'].includes(word) ? wholeHelp(commands) : undefined;
}

/** The help of the program as a whole. */
export function wholeHelp(commands: readonly Declaration[]): string {
  const flags = [versionFlag, helpFlag].map(([written, about]) => [written, about] as const);
  return `Examples:
${examples}

Usage: runapi-imagen <command> [flags]

Imagen 4 pictures through RunAPI: one line in, a picture on disk.

Commands:
${listed([...commands.map(({ name, summary }) => [name, summary] as const), ['help [command]', 'print the help of a command']])}

Flags:
${listed(flags)}

Flags of every command:
${listed(globalFlags.map((flag) => [flag[0], aboutFlag(flag)] as const))}

${questions}
`;
}

function listed(rows: ReadonlyArray<readonly [term: string, meaning: string]>): string {
  const width = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, meaning]) => `  ${term.padEnd(width)}  ${meaning}`).join('\n');
}
