import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../src/hermes/env-file.ts';

describe('a line of .env', () => {
  it.each([
    ['K=abc', 'abc'],
    ['  K = abc  ', 'abc'],
    ['export K=abc', 'abc'],
    ['export\tK=abc', 'abc'],
    ['K=abc # my key', 'abc'],
    ['K=abc\t# my key', 'abc'],
    ['K=abc#def', 'abc#def'],
    ['K=#abc', '#abc'],
    ['K= # nothing', ''],
    ['K=', ''],
    ['K=""', ''],
    ['K="abc"', 'abc'],
    ["K='abc'", 'abc'],
    ['K="a # b" # c', 'a # b'],
    ["K='a # b'#c", 'a # b'],
    ['K="a\\"b"', 'a"b'],
    ['K="a\\\\b"', 'a\\b'],
    ['K="a\\\\"', 'a\\'],
    ['K="a\\nb"', 'a\\nb'],
    ["K='a\\\\b'", 'a\\\\b'],
    ['K=`abc`', '`abc`'],
    ['K=a=b==', 'a=b=='],
    ['K=a"b', 'a"b'],
    ['K=$OTHER', '$OTHER'],
    ['K=a\u2028b', 'a\u2028b'],
    ['K=old\nK=new', 'new'],
    ['A=1\rK=abc\r\nB=2', 'abc'],
    ['A="open\nK="abc"', 'abc'],
    ['#K=abc', undefined],
    ['  # K=abc', undefined],
    ['K', undefined],
    ['K: abc', undefined],
    ['K abc=1', undefined],
    ['K-1=abc\nK=def', 'def'],
    ['=abc', undefined],
    ['', undefined],
  ])('%j gives %j', (text, value) => {
    expect(parseEnvFile(text).values.get('K')).toBe(value);
  });

  it.each([
    ['K="abc', 1],
    ["\nK='abc", 2],
    ['K="abc"def', 1],
    ['K="abc\\"', 1],
  ])('%j is told as broken in line %j', (text, line) => {
    expect(parseEnvFile(text)).toEqual({
      values: new Map(),
      broken: new Map([['K', line]]),
    });
  });

  it('gives back every text that is written in double quotes', () => {
    const oneLineText = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(oneLineText, (text) => {
        const quoted = text.replace(/["\\]/g, '\\$&');
        expect(parseEnvFile(`A=1\nexport K="${quoted}" # c\nB=2`).values.get('K')).toBe(text);
      }),
    );
  });

  it('takes no longer than its length for lines made to be slow', () => {
    for (const unit of [' ', '"', '\\"', 'K', ' #', '=', "'", 'export ']) {
      const started = performance.now();
      for (const start of ['', 'K=', 'K="', 'K=""']) parseEnvFile(start + unit.repeat(100_000));
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});
