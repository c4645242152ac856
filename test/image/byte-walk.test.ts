import { expect, test } from 'vitest';
import { ByteWalk, Damage, skip, take, takeOrEnd, until, type Walk } from '../../src/image/byte-walk.ts';

/** A word behind a '#', then parts of five, each with a letter to keep. */
function* letters(): Walk<string> {
  yield until(0x23);
  let kept = (yield take(3)).toString();
  for (;;) {
    const start = yield takeOrEnd(2);
    if (start.length === 0) return kept;
    kept += start.toString('latin1', 0, 1);
    yield skip(3);
    yield skip(0);
  }
}

test.each([
  ['..#abc', 'abc'],
  ['..#abc1....', 'abc1'],
  ['#abc1....2....', 'abc12'],
  ['..#abc1', undefined],
  ['..#abc1.', undefined],
  ['..#abc1...', undefined],
  ['..#ab', undefined],
  ['..', undefined],
  ['', undefined],
])('walks over %j in chunks of any size and finds %j', (text, found) => {
  for (let size = 1; size <= text.length + 1; size += 1) {
    const walk = new ByteWalk(letters());
    for (let at = 0; at < text.length; at += size) walk.write(Buffer.from(text.slice(at, at + size)));
    walk.end();
    expect(walk.found, `chunks of ${size}`).toBe(found);
  }
});

test('passes over whatever is left where the length is infinite', () => {
  const walk = new ByteWalk(
    (function* () {
      yield skip(Number.POSITIVE_INFINITY);
      return 'the end';
    })(),
  );
  walk.write(Buffer.from('anything'));
  expect(walk.found).toBeUndefined();
  walk.end();
  expect(walk.found).toBe('the end');
});

test('shows each piece that it skips', () => {
  const seen: string[] = [];
  const walk = new ByteWalk(
    (function* (): Walk<string> {
      yield skip(5, (piece) => seen.push(piece.toString()));
      return (yield take(1)).toString();
    })(),
  );
  for (const chunk of ['ab', 'cdefg']) walk.write(Buffer.from(chunk));
  expect([seen, walk.found]).toEqual([['ab', 'cde'], 'f']);
});

test('tells damage, and a negative length is damage', () => {
  const walk = new ByteWalk(
    (function* (): Walk<number> {
      yield skip(((yield take(1))[0] ?? 0) - 0x61);
      throw new Damage('an a');
    })(),
  );
  walk.write(Buffer.from('a'));
  expect([walk.found, walk.damage]).toEqual([undefined, 'an a']);
  expect(() => skip(-1)).toThrow(Damage);
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
