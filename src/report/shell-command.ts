import { parseJson } from '../json.ts';
import type { ImageRequest } from '../request/request.ts';

/** Where a command is pasted, and what it has to say besides the request. */
export interface Pasted {
  platform: string;
  sandbox: boolean;
  /** Where it is not the service's own. */
  baseUrl?: string | undefined;
  /** Where the local pictures are that it is made from, by their digests. */
  inputs?: Readonly<Record<string, string>> | undefined;
}

/**
 * The words behind `runapi-imagen` that make the same request again, to be pasted into a shell: PowerShell on Windows,
 * sh, bash, zsh or fish elsewhere.
 */
export function generateWords(
  request: ImageRequest,
  { platform, sandbox, baseUrl, inputs = {} }: Pasted,
): string {
  const quote = (text: string): string => shellWord(text, platform);
  const { prompt, model, aspectRatio, negativePrompt, seed, callbackUrl } = request;
  const values: Array<[string, string | undefined]> = [
    ['--model', model],
    ['--ratio', aspectRatio],
    ['--negative', negativePrompt],
    ['--seed', seed?.toString()],
    ['--resolution', request.resolution],
    ['--format', request.format],
    ['--quality', request.quality],
    ...Object.entries(request.set ?? {}).map(([key, value]): [string, string] => [
      '--set',
      `${key}=${typeof value === 'string' && parseJson(value) === undefined ? value : JSON.stringify(value)}`,
    ]),
    ...(request.images ?? []).map((name): [string, string] => ['--image', inputs[name] ?? name]),
    ['--action', request.action],
    ['--callback-url', callbackUrl],
    ['--base-url', sandbox ? undefined : baseUrl],
  ];
  const flags = values.flatMap(([flag, value]) => {
    if (value === undefined) return [];
    return [value.startsWith('-') ? `${flag}=${quote(value)}` : `${flag} ${quote(value)}`];
  });
  if (sandbox) flags.push('--sandbox');
  // What begins like a flag is none behind `--`.
  const words = prompt.startsWith('-') ? [...flags, '--', quote(prompt)] : [quote(prompt), ...flags];
  return ['generate', ...words].join(' ');
}

/** Quotes a text where the shell of the platform would read it as anything else. */
export function shellWord(text: string, platform: string): string {
  return platform === 'win32' ? powerShellQuoted(text) : shellQuoted(text);
}

/** What no shell reads as anything else: zsh expands `=ls`, PowerShell `@x`. */
const plain = /^[A-Za-z0-9_./:-]+$/;
/** Raw control characters in pasted text can act on the terminal, and others can hide what is pasted. */
const unsafe = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

function shellQuoted(text: string): string {
  if (plain.test(text)) return text;
  if (!unsafe.test(text.replaceAll('\n', ''))) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[\\']/g, '\\$&').replace(new RegExp(unsafe, 'gu'), (character) => {
    const code = character.charCodeAt(0);
    return code < 0x80
      ? `\\${code.toString(8).padStart(3, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `$'${escaped}'`;
}

/** PowerShell takes typographic quotes for quotes, too. */
function powerShellQuoted(text: string): string {
  if (plain.test(text)) return text;
  if (!unsafe.test(text.replaceAll('\n', ''))) return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
  const escaped = text
    .replace(/["\u201c-\u201e`$]/g, '`$&')
    .replace(new RegExp(unsafe, 'gu'), (character) => `$([char]${character.charCodeAt(0)})`);
  return `"${escaped}"`;
}
