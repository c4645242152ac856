import { createDialog, make } from './make.ts';
import type { Tile } from './tiles.ts';

/** Takes keys while it is open. */
export interface Layer {
  isOpen(): boolean;
  /** Answers whether the key means something here. */
  key(key: string): boolean;
}

/** Gives each key to the topmost open layer. Leaves alone what the browser uses, and what is typed into a field. */
export function listenForKeys(layers: readonly Layer[]): void {
  document.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || event.defaultPrevented || isTyping(target, key)) return;
    if (layers.find((layer) => layer.isOpen())?.key(key)) event.preventDefault();
  });
}

function isTyping(target: EventTarget | null, key: string): boolean {
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  if (target.type === 'search') return key !== 'Escape';
  return target.type === 'range' && /^Arrow|^Home$|^End$/.test(key);
}

const shortcuts = {
  '/': 'Search',
  '← → ↑ ↓': 'Go from picture to picture',
  Enter: 'Open the picture',
  x: 'Select the picture',
  c: 'Compare the selected pictures',
  y: 'Copy the command that made the picture',
  '+ − 0': 'Larger, smaller, fit to window',
  m: 'Grid or matrix',
  t: 'Light or dark',
  Esc: 'Close, or clear the selection',
};

export function createHelp() {
  const dialog = createDialog('Keyboard shortcuts', 'help');
  const rows = Object.entries(shortcuts).map(([key, what]) =>
    make('div', {}, make('dt', {}, key), make('dd', {}, what)),
  );
  dialog.append(make('h2', {}, 'Keyboard shortcuts'), make('dl', {}, ...rows));
  return { open: () => dialog.showModal(), isOpen: () => dialog.open, key: () => false };
}

/** Makes the list one stop of the Tab key; within it the arrow keys go from picture to picture. */
export function createWalk(tiles: readonly Tile[], shown: () => Tile[]) {
  let current: Tile | undefined;

  function stopAt(tile: Tile | undefined): void {
    if (current) current.open.tabIndex = current.pick.tabIndex = -1;
    if (tile) tile.open.tabIndex = tile.pick.tabIndex = 0;
    current = tile;
  }

  function to(tile: Tile | undefined): void {
    if (!tile) return;
    stopAt(tile);
    tile.open.focus();
    tile.element.scrollIntoView({ block: 'nearest' });
  }

  for (const tile of tiles) {
    tile.open.tabIndex = tile.pick.tabIndex = -1;
    tile.element.addEventListener('focusin', () => stopAt(tile));
  }

  const moves: Record<string, (all: Tile[], at: number) => Tile | undefined> = {
    ArrowRight: (all, at) => all[at + 1],
    ArrowLeft: (all, at) => all[Math.max(0, at - 1)],
    ArrowDown: (all, at) => nearest(all, at, 1),
    ArrowUp: (all, at) => nearest(all, at, -1),
    Home: (all) => all[0],
    End: (all) => all.at(-1),
  };

  return {
    /** The picture that has the focus, or would get it. */
    current(): Tile | undefined {
      const all = shown();
      if (!current || !all.includes(current)) stopAt(all[0]);
      return current;
    },
    to,
    key(key: string): boolean {
      const all = shown();
      const at = current ? all.indexOf(current) : -1;
      const move = moves[key];
      if (move) to(at < 0 ? all[0] : move(all, at));
      return move !== undefined;
    },
  };
}

/** Finds the picture straight above or below. */
function nearest(all: readonly Tile[], at: number, direction: 1 | -1): Tile | undefined {
  const places = all.map(({ open }) => open.getBoundingClientRect());
  const here = places[at];
  let best: { tile: Tile | undefined; away: number } | undefined;
  for (const [index, there] of places.entries()) {
    const ahead = here ? (middle(there) - middle(here)) * direction : 0;
    if (!here || index === at || ahead < here.height / 3) continue;
    // A nearer row always wins.
    const away = Math.round(ahead / 40) * 10_000 + Math.abs(there.left + there.right - here.left - here.right);
    if (!best || away < best.away) best = { tile: all[index], away };
  }
  return best?.tile;
}

const middle = ({ top, bottom }: DOMRect): number => (top + bottom) / 2;
