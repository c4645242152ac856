import { searchFor } from '../../../task/search.ts';
import { make } from './make.ts';
import type { Tile } from './tiles.ts';

type Compare = (a: Tile, b: Tile) => number;

/**
 * Makes the part of the tools that chooses which pictures are shown, and in which order.
 * @param byRows the pictures stand in the order of a batch's rows
 */
export function createFilter(tiles: readonly Tile[], byRows: boolean, changed: () => void) {
  const search = make('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search' });
  const models = choice('Model', 'All models', new Set(tiles.map(({ model }) => model)));
  const ratios = choice('Ratio', 'All ratios', new Set(tiles.map(({ ratio }) => ratio)));
  const orders: Record<string, Compare> = {
    ...(byRows && { 'Row order': () => 0 }),
    'Newest first': (a, b) => (a.made < b.made ? 1 : a.made === b.made ? 0 : -1),
    'Oldest first': (a, b) => (a.made > b.made ? 1 : a.made === b.made ? 0 : -1),
    'By prompt': (a, b) => a.prompt.localeCompare(b.prompt),
  };
  const names = Object.keys(orders);
  const order = make('select', { 'aria-label': 'Order' }, ...names.map((name) => make('option', {}, name)));
  for (const element of [search, models, ratios, order]) element.addEventListener('input', changed);

  return {
    elements: [search, ...[models, ratios].filter(({ options }) => options.length > 2), order],
    search,
    /** Those that are chosen, in their order. */
    chosen(): Tile[] {
      const finds = searchFor(search.value);
      return tiles
        .filter(({ model }) => models.value === '' || model === models.value)
        .filter(({ ratio }) => ratios.value === '' || ratio === ratios.value)
        .filter(({ prompt, facts }) => finds([prompt, ...facts.values()]))
        .sort(orders[order.value]);
    },
    clear(): void {
      for (const element of [search, models, ratios]) element.value = '';
      changed();
    },
  };
}

function choice(name: string, all: string, values: ReadonlySet<string>): HTMLSelectElement {
  const options = [...values]
    .filter(Boolean)
    .sort()
    .map((value) => make('option', { value }, value));
  return make('select', { 'aria-label': name }, make('option', { value: '' }, all), ...options);
}
