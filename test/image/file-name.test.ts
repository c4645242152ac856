import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extensionOf, numbered, safeFileName, shortId, slug, withExtension } from '../../src/image/file-name.ts';

test.each([
  ['mug-with-hello-abc123.png', 'mug-with-hello-abc123.png'],
  ['커피-머그.png', '커피-머그.png'],
  ['two words.png', 'two words.png'],
  ['../../etc/passwd', 'etc-passwd'],
  ['..\\..\\boot.ini', 'boot.ini'],
  ['a<b>c:d"e|f?g*h.png', 'a-b-c-d-e-f-g-h.png'],
  ['a\nb\tc\x7f\x9b.png', 'a-b-c--.png'],
  ['mug\u202egnp.exe', 'mug-gnp.exe'],
  ['lone\ud800.png', 'lone-.png'],
  ['.hidden', 'hidden'],
  [' . -rf', 'rf'],
  ['mug. . ', 'mug'],
  ['...', 'image'],
  ['', 'image'],
  ['con', '_con'],
  ['CON.png', '_CON.png'],
  ['nul .tar.gz', '_nul .tar.gz'],
  ['Com1.png', '_Com1.png'],
  ['lpt³', '_lpt³'],
  ['CONIN$.png', '_CONIN$.png'],
  ['Clock$.png', '_Clock$.png'],
  ['aux .png', '_aux .png'],
  ['GIT~1', '_GIT~1'],
  ['\u200c.git', 'git'],
  ['.\u200d.\ufe0f', 'image'],
  ['.g\u2060it', 'git'],
  ['a.png:e.exe', 'a.png-e.exe'],
  ['a.png::$DATA', 'a.png--$DATA'],
  ['~/.ssh/config', '~-.ssh-config'],
  ['console.png', 'console.png'],
  ['com10.png', 'com10.png'],
])('%j is safe as %j', (name, safe) => {
  expect(safeFileName(name)).toBe(safe);
});

describe('a long name', () => {
  test('of spaces takes no longer than others', { timeout: 2000 }, () => {
    expect(safeFileName(`a${' '.repeat(200_000)}b`)).toBe('a');
  });

  test('keeps its extension', () => {
    expect(safeFileName(`${'x'.repeat(300)}.png`)).toBe(`${'x'.repeat(227)}.png`);
  });

  test('is not cut inside a character', () => {
    expect(safeFileName(`${'👩‍👩‍👧‍👦'.repeat(20)}.png`)).toBe(`${'👩‍👩‍👧‍👦'.repeat(9)}.png`);
  });

  test('of one endless character is an image', () => {
    expect(safeFileName(`a${'\u0301'.repeat(300)}.png`)).toBe('image.png');
  });
});

test.each([
  ['a.png', 2, 'a-2.png'],
  ['a.tar.gz', 2, 'a.tar-2.gz'],
  ['v1.5', 3, 'v1.5-3'],
  ['.hidden', 2, '.hidden-2'],
  [`${'x'.repeat(300)}.png`, 12, `${'x'.repeat(224)}-12.png`],
])('%j for the n-th time, %d, is %j', (name, n, expected) => {
  expect(numbered(name, n)).toBe(expected);
});

test.each([
  ['a.png', '.png'],
  ['a.b.webp', '.webp'],
  ['mug', ''],
  ['v1.5', ''],
  ['.hidden', ''],
])('the extension of %s is %j', (name, extension) => {
  expect(extensionOf(name)).toBe(extension);
});

test('any name is safe, stays safe when numbered, and is made safe only once', () => {
  const parts = fc.constantFrom('con', 'COM¹', '.', ' ', '-', '/', '\\', '\u202e', '\0', 'é', 'x'.repeat(120), '.png');
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(parts).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(names, fc.integer({ min: 2, max: 9999 }), (name, n) => {
      const safe = safeFileName(name);
      expectSafe(safe);
      expectSafe(numbered(safe, n));
      expect(safeFileName(safe)).toBe(safe);
    }),
  );
});

function expectSafe(name: string): void {
  expect(name).toMatch(/^[^-.\s]/u);
  // Not /[^.\s]$/u: since 26.5 Node sees half of an emoji at the end of a text with it.
  expect(name).not.toMatch(/[.\s]$/);
  expect(name).not.toMatch(/[<>:"/\\|?*\p{Cc}\p{Cs}\p{Bidi_Control}]/u);
  expect(name.split('.')[0]?.trim()).not.toMatch(/^(con|prn|aux|nul|(com|lpt)[\d¹²³]|conin\$|conout\$)$/i);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255 - 24);
}

test.each([
  ['a.png', 'png', 'a.png'],
  ['a.JPEG', 'jpg', 'a.JPEG'],
  ['a.webp', 'png', 'a.png'],
  ['a.b.PNG', 'jpg', 'a.b.jpg'],
  ['a', 'png', 'a.png'],
  ['v1.5', 'png', 'v1.5.png'],
  ['colours.sh', 'png', 'colours.sh.png'],
  ['e.desktop', 'webp', 'e.desktop.webp'],
  [`${'x'.repeat(300)}.sh`, 'png', `${'x'.repeat(227)}.png`],
])('%s with the bytes of a %s is %s', (name, ext, expected) => {
  expect(withExtension(name, ext)).toBe(expected);
});

describe('a prompt in a name', () => {
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
});

describe('a task id in a name', () => {
  test.each([
    ['tsk_abc123', 'abc123'],
    ['task_123', '123'],
    ['0197a2b4-7c1d-7e3f-8a9b-0123456789ab', '456789ab'],
    ['task_0197a2b4-7c1d-7e3f-8a9b-0123456789ab', '456789ab'],
    ['abc123', 'abc123'],
    ['a1_b2', 'a1b2'],
    ['task_', 'task'],
    ['---', 'task'],
    ['../..', 'task'],
    ['任务', 'task'],
    ['', 'task'],
  ])('%j is %s', (id, short) => {
    expect(shortId(id)).toBe(short);
  });
});
