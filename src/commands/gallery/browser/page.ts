import { searchFor } from '../../../task/search.ts';
import { asRows, modelsOf, tableOf } from './matrix.ts';
import { pathOf, readTiles, type Tile, the, watchForMissing } from './tiles.ts';

const list = the('#tiles', HTMLElement);
const table = the('#rows', HTMLElement);
const status = the('#status', HTMLElement);
const search = the('#search', HTMLInputElement);
const viewer = the('#viewer', HTMLDialogElement);

const tiles = readTiles(list);
/** The pictures on the page, in their order. */
let shown: readonly Tile[] = [];
/** Those that are compared; undefined while all are shown. */
let compared: readonly Tile[] | undefined;
/** The one in the viewer. */
let viewed: Tile | undefined;
let inMatrix = document.body.dataset.view === 'matrix';

const picked = (): Tile[] => tiles.filter(({ pick }) => pick.checked);

/** Lays the pictures out: in rows by prompt and seed and columns by model, or one behind the other. */
function update(): void {
  const finds = searchFor(search.value);
  const found = (compared ?? tiles).filter(({ prompt, facts }) => finds([prompt, ...facts.values()]));
  const rows = asRows(found);
  const isTable = compared ? modelsOf(found).length > 1 : inMatrix;
  shown = compared || isTable ? rows.flat() : found.filter(({ unmade }) => !unmade);
  list.replaceChildren(...(isTable ? [] : shown.map(({ element }) => element)));
  table.replaceChildren(...(isTable && shown.length > 0 ? [tableOf(rows, compare)] : []));
  document.body.dataset.view = compared ? 'compare' : inMatrix ? 'matrix' : 'grid';
  const count = shown.filter(({ unmade }) => !unmade).length;
  const all = tiles.filter(({ unmade }) => !unmade).length;
  status.textContent = count === all ? '' : `${count} of ${all} pictures`;
  showPicked();
}

function showPicked(): void {
  const { length } = picked();
  the('#bar', HTMLElement).hidden = length === 0 && !compared;
  the('#count', HTMLElement).textContent = length === 0 ? '' : `${length} selected`;
  the('#compare', HTMLButtonElement).disabled = length < 2;
  the('#pick', HTMLElement).textContent = viewed?.pick.checked ? 'Selected' : 'Select';
}

/** Shows some pictures alone, in a stable order; without an argument all again. */
function compare(some?: readonly Tile[]): void {
  compared = some;
  update();
  scrollTo(0, 0);
}

function comparePicked(): void {
  const some = picked().filter(({ open }) => open.querySelector('img'));
  if (some.length > 1) compare(some);
}

function clear(): void {
  for (const { pick } of tiles) pick.checked = false;
  compare();
}

function toggleMatrix(): void {
  compared = undefined;
  inMatrix = !inMatrix;
  update();
}

function toggle(tile: Tile | undefined): void {
  if (tile?.open.querySelector('img')) tile.pick.checked = !tile.pick.checked;
  showPicked();
}

/** The picture in the viewer, else the one with the focus. */
function current(): Tile | undefined {
  if (viewer.open) return viewed;
  return tiles.find(({ element }) => element.contains(document.activeElement));
}

function view(tile: Tile): void {
  viewed = tile;
  the('#stage', HTMLElement).replaceChildren(...[...tile.open.childNodes].map((node) => node.cloneNode(true)));
  const about = [...tile.element.querySelectorAll<HTMLElement>('.prompt, dl')].map((part) => part.cloneNode(true));
  the('#about', HTMLElement).replaceChildren(...about);
  the('#about dl', HTMLElement).hidden = false;
  the('#position', HTMLElement).textContent = `${shown.indexOf(tile) + 1} of ${shown.length}`;
  showPicked();
  if (!viewer.open) viewer.showModal();
}

/** Goes to the next or the previous picture, in the viewer or on the page. */
function step(by: 1 | -1): void {
  const tile = current();
  const next = shown[tile ? shown.indexOf(tile) + by : 0];
  if (!next) return;
  if (viewer.open) view(next);
  else next.open.focus();
}

/** Copies a text, and says for a moment at this place whether it did. */
async function copy(text: string, place: HTMLElement): Promise<void> {
  const before = place.textContent;
  const isCopied = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  place.textContent = isCopied ? 'Copied' : 'The browser does not allow it';
  setTimeout(() => place.replaceChildren(before), 1400);
}

function leave(): void {
  if (search.value === '') return clear();
  search.value = '';
  update();
}

const commandOf = (tile: Tile | undefined): string => tile?.facts.get('Command') ?? '';
const copyCommand = () => copy(commandOf(current()), viewer.open ? the('#command', HTMLElement) : status);
const clicks: Record<string, (button: HTMLElement) => void> = {
  matrix: toggleMatrix,
  compare: comparePicked,
  paths: (button) => copy(picked().map(pathOf).join('\n'), button),
  commands: (button) => copy([...new Set(picked().flatMap(({ again }) => again || []))].join('\n'), button),
  clear,
  previous: () => step(-1),
  next: () => step(1),
  close: () => viewer.close(),
  command: copyCommand,
  pick: () => toggle(viewed),
  stage: (stage) => stage.classList.toggle('actual'),
};
for (const [id, act] of Object.entries(clicks)) {
  const element = the(`#${id}`, HTMLElement);
  element.addEventListener('click', () => act(element));
}

const keys: Record<string, () => void> = {
  '/': () => search.focus(),
  m: toggleMatrix,
  c: comparePicked,
  x: () => toggle(current()),
  y: copyCommand,
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  Escape: leave,
};
document.addEventListener('keydown', (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || (target === search && key !== 'Escape')) return;
  // The viewer has the keys of one picture only, and closes by itself.
  const act = viewer.open && !/^[xy]$|^Arrow/.test(key) ? undefined : keys[key];
  if (act) event.preventDefault();
  act?.();
});

search.addEventListener('input', update);
viewer.addEventListener('close', () => viewed?.open.focus());
for (const tile of tiles) {
  tile.open.addEventListener('click', () => view(tile));
  tile.pick.addEventListener('change', showPicked);
}
// On paper there is no scrolling: what is shown has to be there.
addEventListener('beforeprint', () => {
  for (const image of document.querySelectorAll('img')) image.loading = 'eager';
});
the('#matrix', HTMLElement).hidden = modelsOf(tiles).length < 2;
watchForMissing(list);
update();
