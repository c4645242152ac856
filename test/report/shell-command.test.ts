import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addressFlag, generateWords, idWords, shellWord } from '../../src/report/shell-command.ts';
import type { ImageRequest } from '../../src/request/request.ts';
import { has } from '../support/has.ts';

const here = { platform: 'linux', sandbox: false } as const;

function words(
  request: Partial<ImageRequest>,
  pasted: Partial<Parameters<typeof generateWords>[1]> = {},
): string | undefined {
  return generateWords({ model: 'imagen-4', prompt: 'a mug', ...request }, { ...here, ...pasted });
}

const windows = { platform: 'win32' };

test.each<[string | undefined, string | undefined]>([
  [words({}), "generate 'a mug' --model imagen-4"],
  [words({ prompt: 'mug' }), 'generate mug --model imagen-4'],
  [words({ prompt: '' }), "generate '' --model imagen-4"],
  [words({ prompt: 'mug with "HELLO"' }), `generate 'mug with "HELLO"' --model imagen-4`],
  [words({ prompt: "it's" }), `generate "it's" --model imagen-4`],
  [words({ prompt: '--help' }), 'generate --model imagen-4 -- --help'],
  [words({ seed: -3, aspectRatio: '16:9' }), "generate 'a mug' --model imagen-4 --ratio 16:9 --seed=-3"],
  [words({ negativePrompt: 'no text' }), "generate 'a mug' --model imagen-4 --negative 'no text'"],
  [words({ negativePrompt: '-x y' }), "generate 'a mug' --model imagen-4 --negative='-x y'"],
  [words({ prompt: '-x' }, { sandbox: true }), 'generate --model imagen-4 --sandbox -- -x'],
  [
    words({}, { baseUrl: 'http://127.0.0.1:4010' }),
    "generate 'a mug' --model imagen-4 --base-url http://127.0.0.1:4010",
  ],
  [words({ prompt: 'C:\\shots\\' }, windows), "generate 'C:\\shots\\' --model imagen-4"],
  [words({ prompt: 'it’s so' }), 'generate "it’s so" --model imagen-4'],
])('writes %s', (written, expected) => {
  expect(written).toBe(expected);
});

test.each([
  ["both quotes: it's “so”", here.platform],
  ["it's $HOME", here.platform],
  ["it's \\ so", here.platform],
  ["Don't!", here.platform],
  ['two\nlines', here.platform],
  ['a\ttab', here.platform],
  ['turned \u202eround', here.platform],
  ['tagged \u{e0041}', here.platform],
  ['unseen \u200b', here.platform],
  ['half \ud83d', here.platform],
  ['say "so"', 'win32'],
  ['100 %PATH%', 'win32'],
  ['a & b', 'win32'],
])('names no words for %j on %s: its task can be named instead', (prompt, platform) => {
  expect(words({ prompt }, { platform })).toBeUndefined();
});

test('ids that begin like a flag, and addresses with the signs of a shell', () => {
  expect([idWords(['tsk_a', 'tsk_b']), idWords(['--all'])]).toEqual(['tsk_a tsk_b', '-- --all']);
  expect(addressFlag("http://127.0.0.1:1/$(touch x)'`é")).toBe(
    "--base-url 'http://127.0.0.1:1/%24%28touch%20x%29%27%60%C3%A9'",
  );
  expect(addressFlag('http://[::1]:4010')).toBe("--base-url 'http://[::1]:4010'");
});

/** Pieces of which hostile prompts are made. */
// biome-ignore format: a table
const pieces = [
  "'", '"', '\\', '\\\\', "\\'", '$', '$(touch ran)', '`touch ran`', '; touch ran ;', '\n', '\r', '\t', '#', '!',
  '!!', '&', '|', '<', '>', '(', ')', '{', '}', '[', ']', '*', '?', '~', '=ls', '%', '^', '@', ' ', '-', '--', '\u0001',
  '\u001b[201~', '\u202e', '\u2028', '\u200b', '\ufeff', '‘', '’', '‚', '“', '”', '„', '$((1))', '<(touch ran)', 'a', 'mug',
  '커피', '☕', '\ud800', '\\n', "$'\\n'", '\u00a0', ',', ';', ':', '/', '.',
];

const prompts = fc.sample(
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 7 }).map((parts) => parts.join('')),
  { numRuns: 1000, seed: 14 },
);

const posix = "p() { printf '%s\\0' \"$@\"; printf '\\001\\n'; }\n";
const shells: Array<[string, string[], string]> = [
  ['sh', ['-c'], posix],
  ['dash', ['-c'], posix],
  ['bash', ['-c'], posix],
  ['zsh', ['-c'], posix],
  ['fish', ['--no-config', '-c'], "function p; printf '%s\\0' $argv; printf '\\001\\n'; end\n"],
];

describe('of a thousand hostile prompts', () => {
  test.each(shells.filter(([shell]) => has(shell)))(
    'those that are written arrive as they were in %s, and none is run',
    async (shell, flags, before) => {
      const folder = await mkdtemp(join(tmpdir(), 'paste-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const written = prompts.flatMap((prompt) => {
        const request = { prompt, negativePrompt: prompt, callbackUrl: `https://x.test/${prompt}` };
        const line = words(request);
        return line === undefined ? [] : [{ request, line }];
      });
      expect(written.length).toBeGreaterThan(300);
      const script = before + written.map(({ line }) => `p ${line}`).join('\n');
      const { stdout } = await execa(shell, [...flags, script], {
        cwd: folder,
        env: { LC_ALL: 'C.UTF-8', HOME: folder, PATH: process.env.PATH ?? '' },
        extendEnv: false,
        stripFinalNewline: false,
      });
      const calls = stdout.split('\u0001\n').slice(0, -1);
      const told = calls.map((call) => call.split('\0').slice(0, -1));
      const meant = written.map(({ request: { prompt, negativePrompt, callbackUrl } }) => {
        const negative = negativePrompt.startsWith('-')
          ? [`--negative=${negativePrompt}`]
          : ['--negative', negativePrompt];
        const flagged = ['--model', 'imagen-4', ...negative, '--callback-url', callbackUrl];
        return prompt.startsWith('-') ? ['generate', ...flagged, '--', prompt] : ['generate', prompt, ...flagged];
      });
      expect(told).toEqual(meant);
      expect(readdirSync(folder).filter((name) => name === 'ran')).toEqual([]);
    },
  );

  test.each(['linux', 'win32'])('PowerShell reads those that are written on %s as they were', (platform) => {
    for (const prompt of prompts) {
      const word = shellWord(prompt, platform);
      if (word !== undefined) expect(readByPowerShell(word)).toBe(prompt);
    }
  });

  test('none acts on a terminal, ends a line or hides itself', () => {
    for (const prompt of prompts)
      expect(words({ prompt }) ?? '').not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\u200b\ufeff]/u);
  });
});

const pwsh = 'pwsh';

test.skipIf(!has(pwsh))('PowerShell itself reads those that are written as they were (needs pwsh)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paste-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const written = prompts.flatMap((prompt) => {
    const word = shellWord(prompt, here.platform);
    return word === undefined ? [] : [{ prompt, word }];
  });
  const script = written.map(({ word }) => `p ${word}`).join('\n');
  const before = '[Console]::OutputEncoding = [Text.Encoding]::UTF8\nfunction p { ConvertTo-Json -Compress $args }\n';
  await writeFile(join(folder, 'paste.ps1'), `\ufeff${before}${script}`);
  const { stdout } = await execa(pwsh, ['-NoProfile', '-File', 'paste.ps1'], { cwd: folder });
  expect(stdout.split('\n').map((line) => [JSON.parse(line)].flat())).toEqual(written.map(({ prompt }) => [prompt]));
  expect(readdirSync(folder)).toEqual(['paste.ps1']);
});

/** By about_Quoting_Rules; undefined where more than one word, or anything else, would be read. */
function readByPowerShell(word: string): string | undefined {
  if (/^[\w./:-]+$/.test(word)) return word;
  const single = /^'((?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*)'$/.exec(word)?.[1];
  if (single !== undefined) return single.replace(/(['\u2018-\u201b])\1/g, '$1');
  return /^"([^"\u201c-\u201e$`]*)"$/.exec(word)?.[1];
}
