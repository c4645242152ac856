import { expect, test } from 'vitest';
import { cellsFor } from '../../src/terminal/preview/preview.ts';

test.each([
  ['a wide one the width', { width: 1600, height: 800 }, { columns: 80, rows: 40 }, 200, { columns: 80, rows: 20 }],
  ['a high one the height', { width: 800, height: 1600 }, { columns: 80, rows: 20 }, 200, { columns: 20, rows: 20 }],
  ['a small one no more than it has', { width: 16, height: 16 }, { columns: 80, rows: 40 }, 2, { columns: 2, rows: 1 }],
  ['a thin one at least one', { width: 1, height: 5000 }, { columns: 80, rows: 20 }, 1, { columns: 1, rows: 20 }],
])('a picture fills the cells of a screen: %s', (_, size, screen, most, cells) => {
  expect(cellsFor(size, screen, most)).toEqual(cells);
});
