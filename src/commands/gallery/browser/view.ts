import { button, make } from './make.ts';
import { modelsOf, promptText, rowsOf, type Tile } from './tiles.ts';

/** Lays the pictures out: as a grid, or prompts and seeds in rows and models in columns. */
export function createView(
  tiles: readonly Tile[],
  list: HTMLElement,
  compare: (tiles: readonly Tile[]) => void,
  changed: () => void,
) {
  const names = ['Grid', 'Matrix'].map((name) =>
    make('option', { selected: document.body.dataset.view === name.toLowerCase() }, name),
  );
  const choice = make('select', { 'aria-label': 'View' }, ...names);
  const range = { type: 'range', min: '140', max: '620', step: '20', value: '280' };
  const size = make('input', { ...range, 'aria-label': 'Picture size' });
  const home = make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Matrix' });
  list.after(home);
  choice.addEventListener('change', changed);
  size.addEventListener('input', resize);

  function resize(): void {
    document.documentElement.style.setProperty('--size', `${size.value}px`);
  }

  const canCompare = new Set(tiles.map(({ model }) => model)).size > 1 || choice.value === 'Matrix';
  return {
    elements: [...(canCompare ? [choice] : []), size],
    show(chosen: readonly Tile[]): void {
      const inMatrix = choice.value === 'Matrix';
      const visible = new Set(chosen.filter(({ unmade }) => inMatrix || !unmade));
      for (const tile of tiles) tile.element.hidden = !visible.has(tile);
      // Hidden tiles stay in the list, at its end.
      list.append(...[...visible, ...tiles.filter((tile) => !visible.has(tile))].map(({ element }) => element));
      home.replaceChildren(...(inMatrix && visible.size > 0 ? [matrix([...visible], compare)] : []));
      home.hidden = !inMatrix;
      list.hidden = inMatrix;
    },
    toggle(): void {
      if (!canCompare) return;
      choice.value = choice.value === 'Grid' ? 'Matrix' : 'Grid';
      changed();
    },
    size(by: number): void {
      size.valueAsNumber += by * 60;
      resize();
    },
  };
}

/** Puts prompts and seeds in rows and models in columns. The tiles themselves are moved, so nothing exists twice. */
function matrix(tiles: readonly Tile[], compare: (tiles: readonly Tile[]) => void): HTMLTableElement {
  const models = modelsOf(tiles);
  const body = rowsOf(tiles).map((row) => {
    const head = make('th', { scope: 'row', class: 'asked' }, ...row.slice(0, 1).map(promptText));
    const seed = row[0]?.facts.get('Seed');
    const name = [row[0]?.prompt, ...(seed ? [`seed ${seed}`] : [])].join(', ');
    if (seed) head.append(make('p', { class: 'facts' }, `seed ${seed}`));
    const made = row.filter(({ unmade }) => !unmade);
    if (made.length > 1) head.append(button('Compare', () => compare(made), { 'aria-label': `Compare: ${name}` }));
    return make('tr', {}, head, ...models.map((model) => cell(row.filter((tile) => tile.model === model))));
  });
  const heads = models.map((model) => make('th', { scope: 'col' }, model));
  const table = make(
    'table',
    { class: 'matrix', 'aria-label': 'Prompts and seeds in rows, models in columns' },
    make('thead', {}, make('tr', {}, make('th', { scope: 'col', class: 'asked' }, 'Prompt'), ...heads)),
    make('tbody', {}, ...body),
  );
  table.style.setProperty('--models', String(models.length));
  return table;
}

function cell(tiles: readonly Tile[]): HTMLTableCellElement {
  if (tiles.length === 0) return make('td', {}, 'none');
  return make('td', {}, make('ul', { class: 'tiles' }, ...tiles.map(({ element }) => element)));
}
