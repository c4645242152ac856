import type { PixelSize } from '../../image/pixel-size.ts';

/** A size in the cells of a terminal. */
export interface Cells {
  columns: number;
  rows: number;
}

/** A cell is about twice as high as it is wide. */
const cellHeight = 2;

/** The most cells that a picture may fill with its proportions kept. It is not made wider than `mostColumns`. */
export function cellsFor({ width, height }: PixelSize, screen: Cells, mostColumns: number): Cells {
  const byHeight = (screen.rows * cellHeight * width) / height;
  const columns = Math.max(1, Math.floor(Math.min(screen.columns, byHeight, mostColumns)));
  const rows = Math.round((columns * height) / width / cellHeight);
  return { columns, rows: Math.max(1, Math.min(screen.rows, rows)) };
}
