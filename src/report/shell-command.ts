import { parseJson } from '../json.ts';
import { textFields } from '../request/further-fields.ts';
import type { ImageRequest } from '../request/request.ts';
import { flagOf } from '../request/sources.ts';

/** The platform and flags of a command that is printed to be pasted. */
export interface Pasted {
  platform: string;
  sandbox: boolean;
  /** Where it is not the service's own. */
  baseUrl?: string | undefined;
  /** Where the local pictures are that it is made from, by their digests. */
  inputs?: Readonly<Record<string, string>> | undefined;
}

/**
 * Returns the words behind `runapi-imagen` that make the same request again, to be pasted into a shell. Undefined where
 * the shells would read some of them in different ways: then its task can be named instead.
 */
export function generateWords(
  request: ImageRequest,
  { platform, sandbox, baseUrl, inputs = {} }: Pasted,
): string | undefined {
  const { prompt, set = {}, images = [], action } = request;
  const values: Array<[string, string | undefined]> = [
    ...textFields.map((field): [string, string | undefined] => [flagOf(field), request[field]?.toString()]),
    ...Object.entries(set).map(([key, value]): [string, string] => [
      '--set',
      `${key}=${typeof value === 'string' && parseJson(value) === undefined ? value : JSON.stringify(value)}`,
    ]),
    ...images.map((name): [string, string] => ['--image', inputs[name] ?? name]),
    ['--action', action],
    ['--base-url', sandbox ? undefined : baseUrl],
  ];
  const flags = values.flatMap(([flag, value]) => {
    if (value === undefined || flag === '--prompt') return [];
    const word = shellWord(value, platform);
    return [word && (value.startsWith('-') ? `${flag}=${word}` : `${flag} ${word}`)];
  });
  if (sandbox) flags.push('--sandbox');
  const word = shellWord(prompt, platform);
  // Behind `--` a prompt may begin with a dash.
  const words = prompt.startsWith('-') ? [...flags, '--', word] : [word, ...flags];
  return words.includes(undefined) ? undefined : ['generate', ...words].join(' ');
}

/** Words that need no quotes in any shell: zsh expands `=ls`, PowerShell `@x`. */
const plain = /^[A-Za-z0-9_./:-]+$/;
/** Characters that act on a terminal when pasted, end a line, or hide text. */
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
/** PowerShell takes typographic quotes for quotes, fish a backslash before a quote or another one for an escape. */
const unquotable = /['\u2018-\u201b]|\\\\|\\$/;
/** Characters that shells still expand inside double quotes, and bash when typed (`!`). */
const expanded = /["\u201c-\u201e$`\\!]/;
/** PowerShell starts programs of npm by way of cmd, which takes quoted words to pieces. */
const brokenByCmd = /["%^&|<>!]/;

/**
 * Quotes a text so that sh, dash, bash, zsh, fish and PowerShell (on Windows, PowerShell alone) read it as it is.
 * Undefined where no quoting does that in all of them.
 */
export function shellWord(text: string, platform: string): string | undefined {
  if (plain.test(text)) return text;
  if (unsafe.test(text) || (platform === 'win32' && brokenByCmd.test(text))) return undefined;
  if (!(platform === 'win32' ? /['\u2018-\u201b]/ : unquotable).test(text)) return `'${text}'`;
  return expanded.test(text) ? undefined : `"${text}"`;
}

/** Writes ids of tasks behind a command; the service may give ids that begin like a flag. */
export function idWords(ids: readonly string[]): string {
  return ids.some((id) => id.startsWith('-')) ? `-- ${ids.join(' ')}` : ids.join(' ');
}

/** Writes the flag for an address. Its signs that mean something to a shell are escaped as in any URL. */
export function addressFlag(url: string): string {
  const escaped = url.replace(/[^\w.:/[\]%-]+/g, percentEncoded);
  return `--base-url ${plain.test(escaped) ? escaped : `'${escaped}'`}`;
}

/** Encodes all that is neither a letter nor a digit, also the few signs that `encodeURIComponent` leaves. */
export function percentEncoded(text: string): string {
  const hex = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*~]/g, hex);
}
