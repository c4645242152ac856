import { describe, expect, test } from 'vitest';
import { wantsColour } from '../../src/terminal/colours.ts';
import type { Output } from '../../src/world.ts';

const output = (isTerminal: boolean, columns = 80): Output =>
  ({ isTerminal, columns: () => columns }) as unknown as Output;

describe('colour', () => {
  test.each([
    ['on a terminal', output(true), {}, undefined, true],
    ['not in a pipe', output(false), {}, undefined, false],
    ['not with --no-color', output(true), {}, false, false],
    ['not with --no-color, whatever FORCE_COLOR says', output(true), { FORCE_COLOR: '1' }, false, false],
    ['not with NO_COLOR', output(true), { NO_COLOR: '1' }, undefined, false],
    ['where NO_COLOR is empty', output(true), { NO_COLOR: '' }, undefined, true],
    ['in a pipe with FORCE_COLOR', output(false), { FORCE_COLOR: '1' }, undefined, true],
    ['not with FORCE_COLOR=0', output(true), { FORCE_COLOR: '0' }, undefined, false],
    ['not on a dumb terminal', output(true), { TERM: 'dumb' }, undefined, false],
  ])('%s', (_, stream, env, flag, wanted) => {
    expect(wantsColour(stream, env, flag)).toBe(wanted);
  });
});
