import { expect, test } from 'vitest';
import { createRedactor } from '../src/api-key.ts';

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
