import type { Tile } from './tiles.ts';

/** The list is one stop of the Tab key; within it the arrow keys go from picture to picture. */
export interface Walk {
  /** The picture where the focus is, or would be. */
  current(): Tile | undefined;
  to(tile: Tile | undefined): void;
  /** Answers whether the key meant something. */
  key(key: string): boolean;
}

export function createWalk(tiles: readonly Tile[], shown: () => Tile[]): Walk {
  let current: Tile | undefined;

  function stopAt(tile: Tile | undefined): void {
    for (const each of [current, tile]) {
      if (!each) continue;
      each.open.tabIndex = each === tile ? 0 : -1;
      each.pick.tabIndex = each === tile ? 0 : -1;
    }
    current = tile;
  }

  function to(tile: Tile | undefined): void {
    if (!tile) return;
    stopAt(tile);
    tile.open.focus();
    tile.element.scrollIntoView({ block: 'nearest' });
  }

  for (const tile of tiles) {
    tile.open.tabIndex = -1;
    tile.pick.tabIndex = -1;
    tile.element.addEventListener('focusin', () => stopAt(tile));
  }

  const moves: Record<string, (all: Tile[], at: number) => Tile | undefined> = {
    ArrowRight: (all, at) => all[at + 1],
    ArrowLeft: (all, at) => all[Math.max(0, at - 1)],
    ArrowDown: (all, at) => nearest(all, all[at], 1),
    ArrowUp: (all, at) => nearest(all, all[at], -1),
    Home: (all) => all[0],
    End: (all) => all.at(-1),
  };

  return {
    current() {
      const all = shown();
      if (!current || !all.includes(current)) stopAt(all[0]);
      return current;
    },
    to,
    key(key) {
      const move = moves[key];
      if (!move) return false;
      const all = shown();
      to(current && all.includes(current) ? move(all, all.indexOf(current)) : all[0]);
      return true;
    },
  };
}

/** The picture of the next row above or below that is straight ahead. */
function nearest(all: readonly Tile[], from: Tile | undefined, direction: 1 | -1): Tile | undefined {
  if (!from) return all[0];
  const here = middleOf(from);
  let best: { tile: Tile; away: number } | undefined;
  for (const tile of all) {
    const there = middleOf(tile);
    const ahead = (there.y - here.y) * direction;
    if (tile === from || ahead < here.height / 3) continue;
    // A row that is nearer always wins.
    const away = Math.round(ahead / 40) * 10_000 + Math.abs(there.x - here.x);
    if (!best || away < best.away) best = { tile, away };
  }
  return best?.tile;
}

function middleOf({ open }: Tile): { x: number; y: number; height: number } {
  const { left, top, width, height } = open.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2, height };
}
