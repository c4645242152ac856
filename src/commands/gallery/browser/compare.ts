import { said } from '../tile.ts';
import { button, createDialog, make } from './make.ts';
import { modelsOf, promptText, rowsOf, sourceOf, type Tile } from './tiles.ts';
import { createZoom } from './zoom.ts';

/** Shows pictures side by side, all enlarged alike and at the same place. */
export function createComparison() {
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
    if (tiles.length > 2) facts.append(button('remove', () => remove(tile), { 'aria-label': `Remove: ${tile.name}` }));
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

  /** Sets a table, or where there is none or no room for it, makes the smallest picture as large as can be. */
  function arrange(): void {
    if (!dialog.open) return;
    const table = panes.clientWidth > 820 ? tableOf(tiles) : undefined;
    const columns = table?.columns ?? bestColumns();
    panes.style.setProperty('--columns', String(columns));
    panes.style.setProperty('--rows', String(table?.rows ?? Math.ceil(tiles.length / columns)));
    for (const [at, pane] of [...panes.children].entries())
      if (pane instanceof HTMLElement) pane.style.gridArea = table?.areas[at] ?? '';
  }

  function bestColumns(): number {
    const { clientWidth, clientHeight } = panes;
    const caption = 112; // as in dialogs.css
    const sizes = tiles.map((_, at) => {
      const width = clientWidth / (at + 1);
      const height = Math.max(0, clientHeight / Math.ceil(tiles.length / (at + 1)) - caption);
      return Math.min(...tiles.map(({ shape }) => Math.min(width, height * shape) ** 2 / shape));
    });
    return sizes.indexOf(Math.max(...sizes)) + 1;
  }

  return {
    open(chosen: readonly Tile[]): void {
      tiles = rowsOf(chosen.filter((tile) => sourceOf(tile) !== undefined)).flat();
      if (tiles.length < 2) return;
      dialog.showModal();
      show();
    },
    isOpen: () => dialog.open,
    key(key: string): boolean {
      zoom.keys[key]?.();
      return key in zoom.keys;
    },
  };
}

/**
 * Places equal prompts and seeds in one row, models in columns, and several of one model below each other. Answers
 * undefined where no two pictures would stand side by side.
 */
function tableOf(tiles: readonly Tile[]): { columns: number; rows: number; areas: string[] } | undefined {
  const models = modelsOf(tiles);
  let rows = 0;
  const areas = rowsOf(tiles).flatMap((row) => {
    const above = rows;
    const counts = new Map<string, number>();
    return row.map(({ model }) => {
      const count = (counts.get(model) ?? 0) + 1;
      counts.set(model, count);
      rows = Math.max(rows, above + count);
      return `${above + count} / ${models.indexOf(model) + 1}`;
    });
  });
  return rows < tiles.length ? { columns: models.length, rows, areas } : undefined;
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
