import { searchFor } from '../../../task/search.ts';
import { make } from './make.ts';
import type { Tile } from './tiles.ts';

/** The part of the tools that chooses which pictures are shown, and in which order. */
export interface Filter {
  elements: HTMLElement[];
  search: HTMLInputElement;
  /** Those that are chosen, in their order. */
  chosen(): Tile[];
  clear(): void;
}

type Compare = (a: Tile, b: Tile) => number;

/** @param byRows the pictures stand in the order of a batch's rows */
export function createFilter(tiles: readonly Tile[], byRows: boolean, changed: () => void): Filter {
  const search = make('input', {
    type: 'search',
    placeholder: 'Search',
    'aria-label': 'Search prompts',
    spellcheck: 'false',
  });
  const model = choice(
    'Model',
    'All models',
    valuesOf(tiles, ({ model }) => model),
  );
  const ratio = choice(
    'Ratio',
    'All ratios',
    valuesOf(tiles, ({ ratio }) => ratio),
  );
  const orders: Record<string, Compare> = {
    ...(byRows && { 'Row order': () => 0 }),
    'Newest first': (a, b) => b.made - a.made,
    'Oldest first': (a, b) => a.made - b.made,
    'By prompt': (a, b) => a.prompt.localeCompare(b.prompt),
  };
  const names = Object.keys(orders);
  const order = make('select', { 'aria-label': 'Order' }, ...names.map((name) => make('option', {}, name)));
  const texts = new Map(tiles.map((tile) => [tile, [tile.prompt, ...tile.facts.values()]]));
  for (const element of [search, model, ratio, order]) element.addEventListener('input', changed);

  return {
    elements: [search, ...[model, ratio].filter(({ options }) => options.length > 2), order],
    search,
    chosen() {
      const finds = searchFor(search.value);
      return tiles
        .filter((tile) => model.value === '' || tile.model === model.value)
        .filter((tile) => ratio.value === '' || tile.ratio === ratio.value)
        .filter((tile) => finds(texts.get(tile) ?? []))
        .sort(orders[order.value] ?? (() => 0));
    },
    clear() {
      for (const element of [search, model, ratio]) element.value = '';
      changed();
    },
  };
}

function choice(name: string, all: string, values: readonly string[]): HTMLSelectElement {
  const options = values.map((value) => make('option', { value }, value));
  return make('select', { 'aria-label': name }, make('option', { value: '' }, all), ...options);
}

function valuesOf(tiles: readonly Tile[], read: (tile: Tile) => string): string[] {
  return [...new Set(tiles.map(read))].filter((value) => value !== '').sort();
}
