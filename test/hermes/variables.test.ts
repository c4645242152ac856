// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these variables are Hermes', not TypeScript's
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../src/hermes/variables.ts';

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
    expect(parseEnvFile(text)).toEqual({ values: new Map(), broken: new Map([['K', line]]) });
  });

  it.each([
    ['K=${A}', 'one'],
    ['K="x-${A}-${B}"', 'x-one-two'],
    ["K='${A}'", 'one'],
    ['K=${LATER}\nLATER=x', ''],
    ['K=${SHELL_ONLY}', 'from the shell'],
    ['K=${BOTH}', 'from the file'],
    ['K=${UNSET}', ''],
    ['K=${UNSET:-fallback}', 'fallback'],
    ['K=${A:-fallback}', 'one'],
    ['K=$A', '$A'],
    ['K=${constructor}', ''],
    ['K=${A', '${A'],
  ])('%j is filled in to %j', (line, value) => {
    const before = 'A=one\nB=two\nBOTH=from the file\n';
    const shell = { SHELL_ONLY: 'from the shell', BOTH: 'of the shell' };
    expect(parseEnvFile(before + line, shell).values.get('K')).toBe(value);
  });

  it('does not fill the memory where each line doubles the one before', () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `A${at + 1}=\${A${at}}\${A${at}}`);
    const { values, broken } = parseEnvFile(`A0=x\n${lines.join('\n')}`);
    expect(Math.max(...[...values.values()].map(({ length }) => length))).toBeLessThanOrEqual(32_768);
    expect(broken.get('A16')).toBe(17);
  });

  it('gives back every text that is written in double quotes', () => {
    const oneLineText = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]|\$\{/.test(text));
    fc.assert(
      fc.property(oneLineText, (text) => {
        const quoted = text.replace(/["\\]/g, '\\$&');
        expect(parseEnvFile(`A=1\nexport K="${quoted}" # c\nB=2`).values.get('K')).toBe(text);
      }),
    );
  });

  it('takes no longer than its length for lines made to be slow', () => {
    for (const unit of [' ', '"', '\\"', 'K', ' #', '=', "'", 'export ']) {
      const short = millisecondsFor(unit.repeat(20_000));
      // Ten times the length takes ten times as long, not a hundred; below 5 ms it is anything.
      expect(millisecondsFor(unit.repeat(200_000))).toBeLessThan(60 * Math.max(5, short));
    }
  });

  function millisecondsFor(text: string): number {
    const started = performance.now();
    for (const start of ['', 'K=', 'K="', 'K=""']) parseEnvFile(start + text);
    return performance.now() - started;
  }
});
