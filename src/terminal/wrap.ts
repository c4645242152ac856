import { stripVTControlCharacters } from 'node:util';
import { columnsOf } from './columns.ts';

/** Matches a command in a text, without the prose behind it. */
const argument = [
  '--?[a-z][a-z-]*(?: [\\w./:]*\\w)?', // a flag with its value
  `"[^"]*"|'[^']*'`,
  '[A-Z]+\\b', // a placeholder
  '[<>]+ \\S+', // a redirection
  '[\\w./:{}-]*[\\d_./:{}-][\\w./:{}-]*\\w', // an id, a path, an address, a name like api-key
].join('|');

const subcommand = 'get|set|unset|list|path|install|uninstall|clear';

/** A function: most starts wrap nothing. */
const commands = (): RegExp =>
  new RegExp(
    `(?<![\\w/])(?:[A-Z_]+=\\S+ )?(?:npx )?runapi-imagen(?: [a-z]+)?(?: (?:${subcommand})\\b)?(?: (?:${argument}))*`,
    'g',
  );

/** Longer texts are nothing to read, and would take long. */
const longest = 4000;

/** Stands for a space that must stay; no printable text holds it. */
const glue = '\0';

/**
 * Breaks each line of a text at spaces, so that it fits into so many columns. Words, URLs and commands stay whole, to be
 * copied. 0 columns leave the text as it is.
 * @param whole a command that the text ends with
 */
export function wrapped(text: string, columns: number, whole = ''): string {
  if (columns <= 0 || text.length > longest) return text;
  const glued = text.replace(whole, () => glueWords(whole)).replace(commands(), glueWords);
  return glued
    .split('\n')
    .flatMap((line) => linesOf(line, columns))
    .join('\n')
    .replaceAll(glue, ' ');
}

function glueWords(text: string): string {
  return text.replaceAll(' ', glue);
}

function linesOf(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    // Colours take no columns.
    const width = columnsOf(stripVTControlCharacters(longer).replaceAll(glue, ' '));
    if (width <= columns) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}
