// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what people forget to fill in
import { describe, expect, test } from 'vitest';
import { createRedactor, looksLikeKey, readKey } from '../src/api-key.ts';

test.each([
  ['Bearer rk_live_0123456789', 'Bearer [key]'],
  ['twice rk_live_0123456789 rk_live_0123456789', 'twice [key] [key]'],
  ['nothing here', 'nothing here'],
  ['', ''],
])('%s', (text, clean) => {
  const { keep, redact } = createRedactor();
  keep('rk_live_0123456789');
  expect(redact(text)).toBe(clean);
});

test('a key is found as JSON and as URLs write it', () => {
  const { keep, redact } = createRedactor();
  keep('rk/"+0123');
  expect(redact(JSON.stringify({ key: 'rk/"+0123' }))).toBe('{"key":"[key]"}');
  expect(redact(JSON.stringify({ message: JSON.stringify('rk/"+0123') }))).toBe('{"message":"\\"[key]\\""}');
  expect(redact(`https://x/?key=${encodeURIComponent('rk/"+0123')}`)).toBe('https://x/?key=[key]');
});

test('a text too short for a key takes nothing to pieces', () => {
  const { keep, redact } = createRedactor();
  keep('any');
  expect(redact('many words')).toBe('many words');
});

describe('a key', () => {
  test.each([
    ['rk_1', 'rk_1'],
    [' rk_1\n', 'rk_1'],
    ['"rk_1"', 'rk_1'],
    ["'rk_1'", 'rk_1'],
    ['“rk_1”', 'rk_1'],
    [' " \'rk_1\' " ', 'rk_1'],
    ['rk"1', 'rk"1'],
    ['Bearer rk_1', 'rk_1'],
    ['RUNAPI_API_KEY="rk_1"', 'rk_1'],
    ['export RUNAPI_API_KEY=rk_1\r\n', 'rk_1'],
    ['\ufeffrk_1', 'rk_1'],
  ])('is read from %j', (text, key) => {
    expect(readKey(text)).toEqual({ key, isMissing: false });
  });

  test.each([
    [undefined, undefined],
    ['', undefined],
    ['  ', 'holds only spaces or quotes'],
    ['""', 'holds only spaces or quotes'],
    ["' '", 'holds only spaces or quotes'],
    ['"', 'holds only spaces or quotes'],
    ['null', 'is the word null'],
    ['"undefined"', 'is the word undefined'],
    ['None', 'is the word None'],
    ['${RUNAPI_API_KEY}', 'is a placeholder that was not filled in'],
    ['"${env:RUNAPI_API_KEY}"', 'is a placeholder that was not filled in'],
    ['${{ secrets.KEY }}', 'is a placeholder that was not filled in'],
    ['{{ key }}', 'is a placeholder that was not filled in'],
    ['$RUNAPI_API_KEY', 'is a placeholder that was not filled in'],
    ['%RUNAPI_API_KEY%', 'is a placeholder that was not filled in'],
    ['$env:RUNAPI_API_KEY', 'is a placeholder that was not filled in'],
    ['$(cat key.txt)', 'is a placeholder that was not filled in'],
    ['op://vault/runapi/key', 'is a placeholder that was not filled in'],
    ['[API key]', 'is a placeholder that was not filled in'],
    ['***', 'is a placeholder that was not filled in'],
    ['changeme', 'is a placeholder that was not filled in'],
    ['RUNAPI_API_KEY', 'is a placeholder that was not filled in'],
    ['<your key>', 'is a placeholder that was not filled in'],
    ['your-api-key', 'is a placeholder that was not filled in'],
  ])('%j counts as missing', (text, problem) => {
    expect(readKey(text)).toEqual({ isMissing: true, ...(problem && { problem }) });
  });

  test.each(['rk 1', 'rk\n1', 'rk–1', 'https://runapi.ai'])('is not %j', (text) => {
    expect(readKey(text)).toEqual({ isMissing: false, problem: expect.any(String) });
  });
});

test.each([
  ['sk-live-AUDITKEY-0123456789abcdef', true],
  ['rk_test_0123456789abcdef', true],
  ['imagen-4-fast', false],
  ['midjourney-v8.1', false],
  ['flux-2-pro-text-to-image', false],
  ['gpt', false],
])('%s may be a key: %s', (text, may) => {
  expect(looksLikeKey(text)).toBe(may);
});

test('a key in quotes is removed without them too', () => {
  const { keep, redact } = createRedactor();
  keep('"rk_live_0123456789"');
  expect(redact('rk_live_0123456789')).toBe('[key]');
});
