import { expect, test } from 'vitest';
import { didYouMean } from '../src/near-miss.ts';

const commands = ['generate', 'status', 'download', 'config', 'sandbox'];
const flags = ['--ratio', '--model', '--seed', '--json', '--no-wait'];

test.each([
  ['genrate', commands, 'generate'],
  ['generaet', commands, 'generate'],
  ['gen', commands, 'generate'],
  ['Status', commands, 'status'],
  ['cat', commands, undefined],
  ['g', commands, undefined],
  ['', commands, undefined],
  ['a red fox', commands, undefined],
  ['--ratoi', flags, '--ratio'],
  ['--modle', flags, '--model'],
  ['--sed', flags, '--seed'],
  ['--out', ['--count', '--output'], '--output'],
  ['--callback', flags, undefined],
  ['modle', ['model', 'ratio'], 'model'],
  ['imagen4', ['imagen-4', 'imagen-4-fast'], 'imagen-4'],
  ['anything', [], undefined],
])('%s', (typed, known, meant) => {
  expect(didYouMean(typed, known)).toBe(meant === undefined ? '' : `; did you mean ${meant}?`);
});
