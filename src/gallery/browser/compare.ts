import { said } from '../tile.ts';
import type { Layer } from './keys.ts';
import { button, createDialog, make } from './make.ts';
import { promptText, sourceOf, type Tile } from './tiles.ts';
import { createZoom } from './zoom.ts';

/** Pictures side by side, all enlarged alike and at the same place. */
export interface Comparison extends Layer {
  open(tiles: readonly Tile[]): void;
}

export function createComparison(): Comparison {
  let tiles: Tile[] = [];
  const dialog = createDialog('Compare', 'comparison');
  const heading = make('div');
  const scale = make('output', { 'aria-label': 'Zoom' });
  const panes = make('div', { class: 'panes' });
  const zoom = createZoom(panes, (now) => {
    scale.textContent = `${Math.round(now * 100)} %`;
  });
  const tools = make(
    'div',
    { class: 'zoom' },
    button('−', () => zoom.by(1 / 1.5), { 'aria-label': 'Smaller (-)' }),
    scale,
    button('+', () => zoom.by(1.5), { 'aria-label': 'Larger (+)' }),
    button('Fit', zoom.reset, { title: 'Fit to window (0)' }),
  );
  dialog.append(make('header', {}, heading, tools), panes);
  addEventListener('resize', arrange);

  function show(): void {
    const [first] = tiles;
    const samePrompt = tiles.every(({ prompt }) => prompt === first?.prompt);
    heading.replaceChildren(samePrompt && first ? promptText(first) : `${tiles.length} pictures`);
    panes.replaceChildren(...tiles.map((tile) => pane(tile, samePrompt)));
    zoom.reset();
    arrange();
  }

  function pane(tile: Tile, samePrompt: boolean): HTMLElement {
    const facts = comparedFacts(tile, tiles);
    if (tiles.length > 2)
      facts.append(button('remove', () => remove(tile), { 'aria-label': `Remove: ${tile.name}` }));
    const image = make('img', { src: sourceOf(tile) ?? '', alt: tile.name, draggable: 'false' });
    return make(
      'figure',
      { class: 'pane', 'data-shape': tile.element.dataset.shape ?? '' },
      make('div', { class: 'stage' }, image),
      make('figcaption', {}, ...(samePrompt ? [] : [promptText(tile)]), facts),
    );
  }

  function remove(tile: Tile): void {
    tiles = tiles.filter((each) => each !== tile);
    show();
    dialog.querySelector<HTMLElement>('.pane button, .close')?.focus();
  }

  /** Chooses the number of columns that makes the smallest picture largest. */
  function arrange(): void {
    if (!dialog.open) return;
    const { clientWidth, clientHeight } = panes;
    const caption = 84; // as in dialogs.css
    let best = { columns: 1, size: 0 };
    for (let columns = 1; columns <= tiles.length; columns++) {
      const width = clientWidth / columns;
      const height = clientHeight / Math.ceil(tiles.length / columns) - caption;
      const size = Math.min(...tiles.map(({ shape }) => Math.min(width, height * shape) ** 2 / shape));
      if (height > 0 && size > best.size) best = { columns, size };
    }
    panes.style.setProperty('--columns', String(best.columns));
    panes.style.setProperty('--rows', String(Math.ceil(tiles.length / best.columns)));
  }

  return {
    open(chosen) {
      tiles = chosen.filter((tile) => sourceOf(tile) !== undefined);
      if (tiles.length < 2) return;
      dialog.showModal();
      show();
    },
    isOpen: () => dialog.open,
    key(key) {
      zoom.keys[key]?.();
      return key in zoom.keys;
    },
  };
}

const compared = ['Model', 'Ratio', 'Seed', 'Number', 'Size', 'Cost', 'Made', 'Negative'];

/** Tells what is worth knowing of pictures side by side. What differs is marked. */
function comparedFacts(tile: Tile, among: readonly Tile[]): HTMLElement {
  const facts = compared.flatMap((name) => {
    const text = tile.facts.get(name);
    if (text === undefined) return [];
    const differs = among.some((other) => other.facts.get(name) !== text);
    return [make(differs ? 'b' : 'span', { dir: 'auto' }, said(name, text))];
  });
  return make('p', { class: 'facts' }, ...facts);
}
