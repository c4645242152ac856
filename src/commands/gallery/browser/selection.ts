import { button, make } from './make.ts';
import type { Tile } from './tiles.ts';

/** The pictures that were picked to be compared, and the bar that says so. */
export interface Selection {
  bar: HTMLElement;
  /** In the order in which they were picked. */
  tiles(): Tile[];
  toggle(tile: Tile): void;
  has(tile: Tile): boolean;
  clear(): void;
}

export function createSelection(compare: (tiles: readonly Tile[]) => void): Selection {
  const picked = new Set<Tile>();
  const count = make('p', { role: 'status' });
  const start = button('Compare', () => compare([...picked]), { class: 'main' });
  const bar = make('div', { class: 'bar', hidden: true }, count, start, button('Clear', clear));

  function show(): void {
    bar.hidden = picked.size === 0;
    count.textContent = picked.size === 0 ? '' : `${picked.size} selected`;
    start.disabled = picked.size < 2;
    document.body.classList.toggle('picking', picked.size > 0);
  }

  function set(tile: Tile, wanted: boolean): void {
    if (wanted) picked.add(tile);
    else picked.delete(tile);
    tile.pick.checked = wanted;
    tile.element.classList.toggle('picked', wanted);
  }

  function clear(): void {
    for (const tile of [...picked]) set(tile, false);
    show();
  }

  return {
    bar,
    tiles: () => [...picked],
    has: (tile) => picked.has(tile),
    clear,
    toggle(tile) {
      set(tile, !picked.has(tile));
      show();
    },
  };
}
