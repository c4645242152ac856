import { expect, test } from 'vitest';
import { ByteWalk, skip, take, type Walk } from '../../src/image/byte-walk.ts';

/** A word of three letters, then parts of five, each with a letter to keep. */
function* letters(): Walk<string> {
  let kept = (yield take(3)).toString();
  for (;;) {
    const start = yield { ...take(2), mayEnd: true };
    if (start.length === 0) return kept;
    kept += start.toString('latin1', 0, 1);
    yield* skip(3);
    yield* skip(0);
  }
}

test.each([
  ['abc', 'abc'],
  ['abc1....', 'abc1'],
  ['abc1....2....', 'abc12'],
  ['abc1', undefined],
  ['abc1.', undefined],
  ['abc1...', undefined],
  ['ab', undefined],
  ['', undefined],
])('walks over %j in chunks of any size and finds %j', (text, found) => {
  for (let size = 1; size <= text.length + 1; size += 1) {
    const walk = new ByteWalk(letters());
    for (let at = 0; at < text.length; at += size) walk.write(Buffer.from(text.slice(at, at + size)));
    walk.end();
    expect(walk.found, `chunks of ${size}`).toBe(found);
  }
});

test('tells damage, and a negative length is damage', () => {
  const walk = new ByteWalk(
    (function* (): Walk<number> {
      yield* skip(((yield take(1))[0] ?? 0) - 0x62);
      return 1;
    })(),
  );
  walk.write(Buffer.from('a'));
  expect([walk.found, walk.damage]).toEqual([undefined, 'a length in it is invalid']);
});

test('lets bugs through', () => {
  const walk = new ByteWalk(
    (function* (): Walk<number> {
      yield take(1);
      throw new TypeError('a bug');
    })(),
  );
  expect(() => walk.write(Buffer.from('a'))).toThrow(TypeError);
});
