import { catalogue } from '../commands/list.ts';
import { programVersion } from '../version.ts';
import { globalFlags } from './flags.ts';

const examples = `  runapi-imagen generate "mug with HELLO" --ratio 16:9
  runapi-imagen generate "a mug" --sandbox          (no key, no cost)`;

/** What is said where nothing was typed. */
export const welcome = `runapi-imagen ${programVersion}: Imagen 4 pictures through RunAPI

${examples}

More: runapi-imagen --help
`;

/** Stands under every help. */
export const questions = 'Problems and questions: https://github.com/runapi-imagen/runapi-imagen/issues';

/** The help of the program as a whole. It comes without commander: to load that takes longer than all of this. */
export function wholeHelp(): string {
  return `Examples:
${examples}

Usage: runapi-imagen [options] [command]

Imagen 4 pictures through RunAPI: one line in, a picture on disk.

Options:
${listed([
  ['-V, --version', 'print the version'],
  ['-h, --help', 'print this help'],
])}

Commands:
${listed([...catalogue.map(({ name, summary }) => [name, summary] as const), ['help [command]', 'print the help of a command']])}

Flags of every command:
${listed(globalFlags)}

${questions}
`;
}

function listed(rows: ReadonlyArray<readonly [term: string, meaning: string]>): string {
  const width = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, meaning]) => `  ${term.padEnd(width)}  ${meaning}`).join('\n');
}
