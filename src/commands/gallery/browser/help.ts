import { createDialog } from './dialog.ts';
import { make } from './make.ts';

const keys: ReadonlyArray<readonly [string, string]> = [
  ['/', 'search'],
  ['← → ↑ ↓', 'go from picture to picture'],
  ['Enter', 'look closer'],
  ['x', 'select the picture'],
  ['c', 'compare what is selected'],
  ['y', 'copy the command that made it'],
  ['+ − 0', 'larger, smaller, the whole picture'],
  ['m', 'grid or matrix'],
  ['t', 'light or dark'],
  ['Esc', 'close; clear the selection'],
];

/** What the keys do. */
export function createHelp(): { open(): void; isOpen(): boolean } {
  const dialog = createDialog('Keys', 'help');
  const rows = keys.map(([key, what]) =>
    make('div', {}, make('dt', {}, make('kbd', {}, key)), make('dd', {}, what)),
  );
  dialog.append(make('h2', {}, 'Keys'), make('dl', {}, ...rows));
  return { open: () => dialog.showModal(), isOpen: () => dialog.open };
}
