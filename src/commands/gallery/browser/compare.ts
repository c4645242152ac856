import { createDialog } from './dialog.ts';
import { comparedFacts, promptText } from './facts.ts';
import { button, make } from './make.ts';
import { sourceOf, type Tile } from './tiles.ts';
import { createZoom } from './zoom.ts';

/** Pictures side by side, looked at from the same distance and at the same place. */
export interface Comparison {
  open(tiles: readonly Tile[]): void;
  isOpen(): boolean;
  /** Answers whether the key meant something. */
  key(key: string): boolean;
}

export function createComparison(): Comparison {
  let tiles: Tile[] = [];
  const dialog = createDialog('Compare', 'comparison');
  const heading = make('div', { class: 'asked' });
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
    button('Whole', zoom.reset, { title: 'The whole picture (0)' }),
  );
  dialog.append(make('header', {}, heading, tools), panes);
  addEventListener('resize', arrange);

  function show(): void {
    const [first] = tiles;
    const samePrompt = tiles.every(({ prompt }) => prompt === first?.prompt);
    heading.replaceChildren(
      samePrompt && first ? promptText(first) : make('p', {}, `${tiles.length} pictures`),
    );
    panes.replaceChildren(...tiles.map((tile) => pane(tile, samePrompt)));
    zoom.reset();
    arrange();
  }

  function pane(tile: Tile, samePrompt: boolean): HTMLElement {
    const facts = comparedFacts(tile, tiles);
    if (tiles.length > 2) {
      const name = `Take out: ${tile.prompt}, ${tile.model}`;
      facts.append(button('take out', () => takeOut(tile), { 'aria-label': name }));
    }
    return make(
      'figure',
      { class: 'pane', 'data-shape': tile.element.dataset.shape ?? '' },
      make(
        'div',
        { class: 'stage' },
        make('img', { src: sourceOf(tile) ?? 'data:,', alt: tile.prompt, draggable: 'false' }),
      ),
      make('figcaption', {}, samePrompt ? undefined : promptText(tile), facts),
    );
  }

  function takeOut(tile: Tile): void {
    tiles = tiles.filter((each) => each !== tile);
    show();
    dialog.querySelector<HTMLElement>('.pane button, .close')?.focus();
  }

  /** As many columns as make the smallest picture largest. */
  function arrange(): void {
    if (!dialog.open) return;
    const { clientWidth, clientHeight } = panes;
    const caption = 84; // as in comparison.css
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

  const keys: Record<string, () => void> = {
    ArrowLeft: () => zoom.move(0.1, 0),
    ArrowRight: () => zoom.move(-0.1, 0),
    ArrowUp: () => zoom.move(0, 0.1),
    ArrowDown: () => zoom.move(0, -0.1),
    '+': () => zoom.by(1.5),
    '=': () => zoom.by(1.5),
    '-': () => zoom.by(1 / 1.5),
    '0': zoom.reset,
  };

  return {
    open(chosen) {
      tiles = chosen.filter((tile) => sourceOf(tile) !== undefined);
      if (tiles.length < 2) return;
      dialog.showModal();
      show();
    },
    isOpen: () => dialog.open,
    key(key) {
      const act = keys[key];
      act?.();
      return act !== undefined;
    },
  };
}
