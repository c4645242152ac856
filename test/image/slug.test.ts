import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slug } from '../../src/image/slug.ts';

test.each([
  ['mug with HELLO', 'mug-with-hello'],
  ['  A cat,\n a "dog"... & 3 birds!  ', 'a-cat-a-dog-3-birds'],
  ['커피 머그 사진', '커피-머그-사진'],
  ['Cafe\u0301 Ünïcode', 'café-ünïcode'],
  ['кружка с надписью ПРИВЕТ', 'кружка-с-надписью-привет'],
  ['قهوة عربية', 'قهوة-عربية'],
  ['हिन्दी में चाय', 'हिन्दी-में-चाय'],
  ['一只可爱的猫，坐在窗边', '一只可爱的猫-坐在窗边'],
  ['a ☕️ mug 👩‍👩‍👧‍👦', 'a-mug'],
  ['1️⃣ mug', '1-mug'],
  ['🎨🎉', 'image'],
  ['../../etc/passwd', 'etc-passwd'],
  ['\u202egnp.exe\u0000\ud800', 'gnp-exe'],
  ['\u3164\u115f', 'image'],
  ['\u0301', 'image'],
  ['', 'image'],
])('%j is %s', (prompt, slugged) => {
  expect(slug(prompt)).toBe(slugged);
});

test('cuts a long prompt between words', () => {
  const prompt = 'a steaming ceramic mug on a wooden table beside an open notebook and a window';
  expect(slug(prompt)).toBe('a-steaming-ceramic-mug-on-a-wooden-table-beside-an-open');
});

test('cuts inside a word as long as a sentence, but not inside a character', () => {
  expect(slug(`a ${'x'.repeat(100)}`)).toBe(`a-${'x'.repeat(58)}`);
  expect(slug('猫'.repeat(100))).toBe('猫'.repeat(40));
  expect(slug('e\u0302\u0323'.repeat(100))).toBe('ệ'.repeat(40));
  expect(slug(`a${'\u0301'.repeat(200)}`)).toBe('image');
});

test('any prompt gives a slug that is short, not empty, and its own slug', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (prompt) => {
      const slugged = slug(prompt);
      expect(slugged).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(-[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*$/u);
      expect(Buffer.byteLength(slugged)).toBeLessThanOrEqual(120);
      expect(slug(slugged)).toBe(slugged);
    }),
  );
});
