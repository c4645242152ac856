import { createComparison } from './compare.ts';
import { createFilter } from './filter.ts';
import { createHelp, createWalk, listenForKeys } from './keys.ts';
import { button, copy, make, signButton } from './make.ts';
import { createSelection } from './selection.ts';
import { readTiles, type Tile, the, watchForMissing } from './tiles.ts';
import { createView } from './view.ts';
import { createViewer } from './viewer.ts';

const list = the(document, '#tiles', HTMLUListElement);
const main = the(document, 'main', HTMLElement);
const tiles = readTiles(list);
const byElement = new Map<Element, Tile>(tiles.map((tile) => [tile.element, tile]));

const found = make('p', { class: 'found', role: 'status' });
const nothing = make('div', { class: 'nothing', hidden: true }, make('p', {}, 'Nothing matches.'));
const comparison = createComparison();
const selection = createSelection(tiles, comparison.open);
const filter = createFilter(tiles, document.body.dataset.view === 'matrix', update);
const view = createView(tiles, list, comparison.open, update);
const walk = createWalk(tiles, shown);
const viewer = createViewer(shown, selection, walk.to);
const help = createHelp();

the(document, '.tools', HTMLDivElement).append(
  ...filter.elements,
  ...view.elements,
  signButton('◐', 'Light or dark (t)', toggleTheme),
  signButton('?', 'Keyboard shortcuts (?)', help.open),
);
nothing.append(button('Show all', filter.clear));
main.prepend(found);
main.append(nothing);
document.body.append(selection.bar);
watchForMissing(list);
update();

main.addEventListener('click', ({ target, shiftKey, metaKey, ctrlKey }) => {
  const tile = tileOf(target);
  if (!tile || !(target instanceof Element)) return;
  if (target.closest('.open')) shiftKey || metaKey || ctrlKey ? selection.toggle(tile) : viewer.open(tile);
  else if (target === tile.pick) selection.toggle(tile);
});

// On paper there is no scrolling: what is shown has to be there.
addEventListener('beforeprint', () => {
  for (const { open } of shown()) open.querySelector('img')?.setAttribute('loading', 'eager');
});

const pageKeys: Record<string, () => void> = {
  '/': () => filter.search.focus(),
  '?': help.open,
  c: () => comparison.open(selection.tiles()),
  m: view.toggle,
  t: toggleTheme,
  '+': () => view.size(1),
  '=': () => view.size(1),
  '-': () => view.size(-1),
  x: () => selection.toggle(tileOf(document.activeElement)),
  y: () => void copyCommand(tileOf(document.activeElement)),
  Escape: leave,
};

listenForKeys([
  help,
  comparison,
  viewer,
  {
    isOpen: () => true,
    key(key) {
      if (walk.key(key)) return true;
      pageKeys[key]?.();
      return key in pageKeys;
    },
  },
]);

function update(): void {
  view.show(filter.chosen());
  const count = shown().filter(({ unmade }) => !unmade).length;
  const all = tiles.filter(({ unmade }) => !unmade).length;
  found.textContent = count === all ? '' : `${count} of ${all} pictures`;
  nothing.hidden = shown().length > 0;
  walk.current();
}

/** The pictures in the order in which they stand on the page. */
function shown(): Tile[] {
  return [...main.querySelectorAll('.tile:not([hidden])')].flatMap((element) => byElement.get(element) ?? []);
}

function tileOf(target: EventTarget | null): Tile | undefined {
  const element = target instanceof Element ? target.closest('.tile') : null;
  return element ? byElement.get(element) : undefined;
}

async function copyCommand(tile: Tile | undefined): Promise<void> {
  const command = tile?.facts.get('Command');
  if (command && (await copy(command))) found.textContent = 'The command is copied';
}

function toggleTheme(): void {
  const scheme = the(document, 'meta[name=color-scheme]', HTMLMetaElement);
  const usual = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const now = scheme.content === 'light dark' ? usual : scheme.content;
  scheme.content = now === 'dark' ? 'light' : 'dark';
}

/** Leaves the search first, then clears the selection. */
function leave(): void {
  if (document.activeElement !== filter.search) selection.clear();
  else if (filter.search.value !== '') filter.clear();
  else walk.to(walk.current());
}
