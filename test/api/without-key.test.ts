import { expect, test } from 'vitest';
import { withoutKey } from '../../src/api/without-key.ts';

const key = 'rk_live_"q"\\/.$1+7';
const json = JSON.stringify(key).slice(1, -1);

test.each([
  ['as it is', key],
  ['in JSON', json],
  ['in JSON in JSON', JSON.stringify(json).slice(1, -1)],
  ['in JSON of PHP', json.replace('/', '\\/')],
  ['in a URL', encodeURIComponent(key)],
  ['in a URL, small', encodeURIComponent(key).toLowerCase()],
  ['in escapes', [...key].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('')],
  ['one letter escaped', key.replace('k', '\\u006B')],
])('the key is taken out %s', (_, form) => {
  expect(withoutKey(`a ${form} b${form}`, key)).toBe('a [key] b[key]');
});

test('nothing else is', () => {
  expect(withoutKey('rk_live_ and rk_live_"q"', key)).toBe('rk_live_ and rk_live_"q"');
  expect(withoutKey('sandbox', 'sandbox')).toBe('sandbox');
  expect(withoutKey('x', undefined)).toBe('x');
});
