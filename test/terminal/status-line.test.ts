import { describe, expect, test } from 'vitest';
import { isLive } from '../../src/terminal/status-line.ts';
import type { Output } from '../../src/world.ts';

const output = (isTerminal: boolean, columns = 80): Output =>
  ({ isTerminal, columns: () => columns }) as unknown as Output;

describe('a spinner turns', () => {
  test.each([
    ['on a terminal', output(true), {}, true],
    ['not in a pipe', output(false), {}, false],
    ['not on a terminal without a width', output(true, 0), {}, false],
    ['not in CI', output(true), { CI: '1' }, false],
    ['where CI is empty', output(true), { CI: '' }, true],
    ['not on a dumb terminal', output(true), { TERM: 'dumb' }, false],
  ])('%s', (_, stream, env, live) => {
    expect(isLive(stream, env)).toBe(live);
  });
});
