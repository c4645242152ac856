import { execa } from 'execa';
import { expect, test } from 'vitest';
import { generateWords } from '../../src/report/shell-command.ts';
import type { ImageRequest } from '../../src/request/request.ts';
import { has } from '../support/has.ts';

const here = { platform: 'linux', sandbox: false } as const;

function words(
  request: Partial<ImageRequest>,
  pasted: Partial<Parameters<typeof generateWords>[1]> = {},
): string {
  return generateWords({ model: 'imagen-4', prompt: 'a mug', ...request }, { ...here, ...pasted });
}

test.each([
  [words({}), "generate 'a mug' --model imagen-4"],
  [words({ prompt: 'mug' }), 'generate mug --model imagen-4'],
  [words({ prompt: '' }), "generate '' --model imagen-4"],
  [words({ prompt: "it's" }), "generate 'it'\\''s' --model imagen-4"],
  [words({ prompt: '--help' }), 'generate --model imagen-4 -- --help'],
  [words({ seed: -3, aspectRatio: '16:9' }), "generate 'a mug' --model imagen-4 --ratio 16:9 --seed=-3"],
  [words({ negativePrompt: 'no text' }), "generate 'a mug' --model imagen-4 --negative 'no text'"],
  [words({ prompt: '-x' }, { sandbox: true }), 'generate --model imagen-4 --sandbox -- -x'],
  [
    words({}, { baseUrl: 'http://127.0.0.1:4010' }),
    "generate 'a mug' --model imagen-4 --base-url http://127.0.0.1:4010",
  ],
  [words({ prompt: "it's" }, { platform: 'win32' }), "generate 'it''s' --model imagen-4"],
  [words({ prompt: 'it’s $HOME' }, { platform: 'win32' }), "generate 'it’’s $HOME' --model imagen-4"],
  [
    words({ prompt: 'red\u001b[31m "$x"' }, { platform: 'win32' }),
    'generate "red$([char]27)[31m `"`$x`"" --model imagen-4',
  ],
])('writes %s', (written, expected) => {
  expect(written).toBe(expected);
});

const prompts = [
  'a mug with HELLO',
  'it\'s a "mug" for $HOME, `whoami` and $(id) !history *?[]{} ~ # & | ; < > ( )',
  'two\nlines and a \\ backslash \\n',
  '커피 머그잔 ☕',
  "quote ' and escape \u001b[201~; rm -rf / #",
  "turned \u202eround\u202c and \u2066isolated\u2069 by it's \\ own",
  'bell \u0007 then digits \u0001234',
  '~/x',
  '=ls',
  '\\',
];

test.each(['bash', 'zsh'])('what is pasted into %s arrives as it was', async (shell) => {
  if (!has(shell)) return;
  for (const prompt of prompts) {
    const { stdout } = await execa(shell, ['-c', `printf '%s\\0' ${words({ prompt })}`], {
      env: { LC_ALL: 'C.UTF-8' },
      stripFinalNewline: false,
    });
    expect(stdout.split('\0')).toEqual(['generate', prompt, '--model', 'imagen-4', '']);
  }
});

test('nothing that is pasted can act on the terminal or hide itself', () => {
  for (const prompt of prompts)
    expect(words({ prompt }).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
});
