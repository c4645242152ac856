import type { Tile } from './tiles.ts';

const fact = ({ facts }: Tile, name: string): string => facts.get(name) ?? '';

/** Names the models of pictures, in the order of the columns. */
export function modelsOf(tiles: readonly Tile[]): string[] {
  return [...new Set(tiles.map((tile) => fact(tile, 'Model')))].sort();
}

/** Groups pictures by prompt and seed: prompts as they come, then by seed (none is last), model and number. */
export function asRows(tiles: readonly Tile[]): Tile[][] {
  const seedOf = (tile: Tile): number => Number(fact(tile, 'Seed') || Number.MAX_VALUE);
  return [...Map.groupBy(tiles, ({ prompt }) => prompt).values()].flatMap((same) => {
    same.sort(
      (a, b) =>
        seedOf(a) - seedOf(b) ||
        fact(a, 'Model').localeCompare(fact(b, 'Model')) ||
        Number.parseInt(fact(a, 'Number'), 10) - Number.parseInt(fact(b, 'Number'), 10),
    );
    return [...Map.groupBy(same, seedOf).values()];
  });
}

/** Puts prompts and seeds in rows and models in columns. The tiles themselves are moved, so nothing exists twice. */
export function tableOf(rows: readonly Tile[][], compare: (row: readonly Tile[]) => void): HTMLTableElement {
  const models = modelsOf(rows.flat());
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  head.append(...['Prompt', ...models].map((name) => heading(name, 'col')));
  const body = table.createTBody();
  for (const row of rows) {
    const [first] = row;
    const asked = heading('', 'row');
    const prompt = first?.element.querySelector('.prompt')?.cloneNode(true);
    const seed = first && fact(first, 'Seed');
    const button = document.createElement('button');
    button.textContent = 'Compare';
    button.ariaLabel = `Compare: ${first?.prompt}${seed ? `, seed ${seed}` : ''}`;
    button.addEventListener('click', () => compare(row));
    asked.append(prompt ?? '', seed ? `seed ${seed} ` : '', ...(row.length > 1 ? [button] : []));
    const line = body.insertRow();
    line.append(asked);
    for (const model of models) {
      const tiles = row.filter((tile) => fact(tile, 'Model') === model);
      line.insertCell().append(...(tiles.length > 0 ? [listOf(tiles)] : ['none']));
    }
  }
  return table;
}

function heading(text: string, scope: string): HTMLTableCellElement {
  return Object.assign(document.createElement('th'), { textContent: text, scope });
}

function listOf(tiles: readonly Tile[]): HTMLElement {
  const list = document.createElement('ul');
  list.className = 'tiles';
  list.append(...tiles.map(({ element }) => element));
  return list;
}
