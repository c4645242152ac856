import { percentEncoded, shellWord } from '../../../report/shell-command.ts';
import { button, copyButton, make } from './make.ts';
import { sourceOf, type Tile } from './tiles.ts';

export type Selection = ReturnType<typeof createSelection>;

/** Keeps the pictures that are selected, and makes the bar that says so. */
export function createSelection(all: readonly Tile[], compare: (tiles: readonly Tile[]) => void) {
  const picked = new Set<Tile>();
  const count = make('p', { role: 'status' });
  const start = button('Compare', () => compare(tiles()), { class: 'main' });
  const paths = copyButton('Copy paths', () => tiles().map(pathOf).join('\n'));
  const commands = copyButton('Copy commands', () => [...new Set(tiles().flatMap(againOf))].join('\n'));
  const buttons = [start, paths, commands, button('Clear', clear)];
  const bar = make('div', { class: 'bar', hidden: true }, count, ...buttons);

  /** In the order of the page, whatever was selected first. */
  function tiles(): Tile[] {
    return all.filter((tile) => picked.has(tile));
  }

  function toggle(tile: Tile | undefined): void {
    if (!tile || (!sourceOf(tile) && !picked.has(tile))) return;
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

  return { bar, tiles, has: (tile: Tile) => picked.has(tile), clear, toggle };
}

/**
 * The path as a word for the shell, absolute where the page was opened from a file. Where the shells read it in
 * different ways it is the address of the file, which most programs open as well.
 */
function pathOf({ facts }: Tile): string {
  const file = facts.get('File') ?? '';
  const folder = decodeURIComponent(location.pathname)
    .replace(/[^/]*$/, '')
    .replace(/^\/(?=[A-Z]:)/i, '');
  const isAbsolute = /^(\/|\\\\|[A-Z]:)/i.test(file);
  const path = isAbsolute || location.protocol !== 'file:' ? file : folder + file;
  const word = shellWord(path, /^(\\\\|[A-Z]:)/i.test(path) ? 'win32' : 'linux');
  return word ?? addressOf(path);
}

function addressOf(path: string): string {
  return (path.startsWith('/') ? 'file://' : '') + path.split('/').map(percentEncoded).join('/');
}

/** The command that makes it again; none where the task is not known. */
const againOf = ({ element }: Tile): string | never[] => element.dataset.again ?? [];
