import { button, make } from './make.ts';
import type { Tile } from './tiles.ts';

/** The pictures that were selected, and the bar that says so. */
export interface Selection {
  bar: HTMLElement;
  /** In the order of the page, whatever was selected first. */
  tiles(): Tile[];
  toggle(tile: Tile): void;
  has(tile: Tile): boolean;
  clear(): void;
}

export function createSelection(all: readonly Tile[], compare: (tiles: readonly Tile[]) => void): Selection {
  const picked = new Set<Tile>();
  const count = make('p', { role: 'status' });
  const start = button('Compare', () => compare(tiles()), { class: 'main' });
  const bar = make('div', { class: 'bar', hidden: true }, count, start, button('Clear', clear));

  function tiles(): Tile[] {
    return all.filter((tile) => picked.has(tile));
  }

  function toggle(tile: Tile): void {
    tile.pick.checked = !picked.delete(tile);
    if (tile.pick.checked) picked.add(tile);
    tile.element.classList.toggle('picked', tile.pick.checked);
    bar.hidden = picked.size === 0;
    count.textContent = picked.size === 0 ? '' : `${picked.size} selected`;
    start.disabled = picked.size < 2;
    document.body.classList.toggle('picking', picked.size > 0);
  }

  function clear(): void {
    for (const tile of [...picked]) toggle(tile);
  }

  return { bar, tiles, has: (tile) => picked.has(tile), clear, toggle };
}
