import { promptText } from './facts.ts';
import { button, make } from './make.ts';
import type { Tile } from './tiles.ts';

/** Prompts in rows and models in columns. The tiles themselves are moved into it, so nothing exists twice. */
export function matrix(tiles: readonly Tile[], compare: (tiles: readonly Tile[]) => void): HTMLTableElement {
  const models = [...new Set(tiles.map(({ model }) => model))].sort();
  const rows = new Map<string, Tile[]>();
  for (const tile of tiles) rows.set(tile.prompt, [...(rows.get(tile.prompt) ?? []), tile]);
  const head = make(
    'tr',
    {},
    make('th', { scope: 'col', class: 'asked' }, 'Prompt'),
    ...models.map((model) => make('th', { scope: 'col' }, model)),
  );
  const body = [...rows].map(([prompt, row]) => {
    const made = models.flatMap((model) => row.filter((tile) => tile.model === model && !tile.unmade));
    const compareRow = button('Compare', () => compare(made), { 'aria-label': `Compare: ${prompt}` });
    return make(
      'tr',
      {},
      make(
        'th',
        { scope: 'row', class: 'asked' },
        ...row.slice(0, 1).map(promptText),
        made.length > 1 ? compareRow : undefined,
      ),
      ...models.map((model) => cell(row.filter((tile) => tile.model === model))),
    );
  });
  const table = make(
    'table',
    { class: 'matrix' },
    make('caption', { class: 'unseen' }, 'Prompts in rows, models in columns'),
    make('thead', {}, head),
    make('tbody', {}, ...body),
  );
  table.style.setProperty('--models', String(models.length));
  return table;
}

function cell(tiles: readonly Tile[]): HTMLTableCellElement {
  if (tiles.length === 0) return make('td', { class: 'none' }, make('span', { class: 'unseen' }, 'none'));
  return make('td', {}, make('ul', { class: 'tiles' }, ...tiles.map(({ element }) => element)));
}
