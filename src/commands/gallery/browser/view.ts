import { make } from './make.ts';
import { matrix } from './matrix.ts';
import type { Tile } from './tiles.ts';

/** How the pictures are laid out: as a grid, or prompts in rows and models in columns. */
export interface View {
  elements: HTMLElement[];
  show(tiles: readonly Tile[]): void;
  toggle(): void;
  size(by: number): void;
}

export function createView(
  tiles: readonly Tile[],
  list: HTMLElement,
  compare: (tiles: readonly Tile[]) => void,
  changed: () => void,
): View {
  const { body } = document;
  const radios = ['grid', 'matrix'].map((value) =>
    make('input', { type: 'radio', name: 'view', value, checked: body.dataset.view === value }),
  );
  const views = make(
    'fieldset',
    { class: 'switch' },
    make('legend', { class: 'unseen' }, 'View'),
    ...radios.map((radio, at) => make('label', {}, radio, make('span', {}, at === 0 ? 'Grid' : 'Matrix'))),
  );
  const size = make('input', {
    type: 'range',
    min: '140',
    max: '620',
    step: '20',
    value: '280',
    'aria-label': 'Picture size',
  });
  const home = make('div', {
    class: 'scroll',
    hidden: true,
    tabindex: '0',
    role: 'region',
    'aria-label': 'Matrix',
  });
  list.after(home);
  views.addEventListener('change', () => {
    body.dataset.view = radios.find(({ checked }) => checked)?.value ?? 'grid';
    changed();
  });
  size.addEventListener('input', resize);

  function resize(): void {
    document.documentElement.style.setProperty('--size', `${size.value}px`);
  }

  const canCompare = new Set(tiles.map(({ model }) => model)).size > 1 || body.dataset.view === 'matrix';
  return {
    elements: [...(canCompare ? [views] : []), size],
    show(chosen) {
      const inMatrix = body.dataset.view === 'matrix';
      const visible = new Set(chosen.filter(({ unmade }) => inMatrix || !unmade));
      for (const tile of tiles) tile.element.hidden = !visible.has(tile);
      // Whatever is not shown waits in the list.
      list.append(
        ...chosen.map(({ element }) => element),
        ...tiles.filter((tile) => !visible.has(tile)).map(({ element }) => element),
      );
      home.replaceChildren(...(inMatrix && visible.size > 0 ? [matrix([...visible], compare)] : []));
      home.hidden = !inMatrix;
      list.hidden = inMatrix;
    },
    toggle() {
      if (!canCompare) return;
      radios.find(({ checked }) => !checked)?.click();
    },
    size(by) {
      size.valueAsNumber += by * 60;
      resize();
    },
  };
}
