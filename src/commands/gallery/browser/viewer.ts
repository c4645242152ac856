import { button, copyButton, createDialog, make, signButton } from './make.ts';
import type { Selection } from './selection.ts';
import { promptText, sourceOf, type Tile } from './tiles.ts';
import { createZoom } from './zoom.ts';

/**
 * Shows one picture as large as the window, with all that is known of it.
 * @param shown the pictures to go through, in their order
 */
export function createViewer(shown: () => Tile[], selection: Selection, left: (tile: Tile) => void) {
  let tile: Tile | undefined;
  const dialog = createDialog('Picture', 'viewer');
  const stage = make('div', { class: 'stage' });
  const zoom = createZoom(stage);
  const side = make('div', { class: 'side' });
  const position = make('p', { role: 'status' });
  const copyCommand = copyButton('Copy command', () => tile?.facts.get('Command') ?? '', 'main');
  const copyPrompt = copyButton('Copy prompt', () => tile?.prompt ?? '');
  const pick = button('Select', togglePick);
  const actions = make('div', { class: 'actions' }, copyCommand, copyPrompt, pick);
  dialog.append(
    signButton('←', 'Previous (←)', () => step(-1)),
    stage,
    signButton('→', 'Next (→)', () => step(1)),
    side,
  );
  dialog.addEventListener('close', () => tile && left(tile));

  function show(next: Tile): void {
    tile = next;
    zoom.reset();
    const source = sourceOf(next);
    const why = next.open.textContent ?? '';
    stage.replaceChildren(source ? make('img', { src: source, alt: next.name, draggable: 'false' }) : why);
    const all = shown();
    position.textContent = `${all.indexOf(next) + 1} of ${all.length}`;
    side.replaceChildren(position, promptText(next), factList(next), actions);
    pick.hidden = !source;
    showPick();
  }

  function showPick(): void {
    const picked = tile !== undefined && selection.has(tile);
    pick.setAttribute('aria-pressed', String(picked));
    pick.textContent = picked ? 'Selected' : 'Select';
  }

  function togglePick(): void {
    selection.toggle(tile);
    showPick();
  }

  function step(by: number): void {
    const all = shown();
    const next = tile && all[all.indexOf(tile) + by];
    if (next) show(next);
  }

  const keys: Record<string, () => void> = { ...zoom.keys, x: togglePick, y: () => copyCommand.click() };

  return {
    open(next: Tile): void {
      show(next);
      dialog.showModal();
    },
    isOpen: () => dialog.open,
    key(key: string): boolean {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (way && !zoom.isNear()) step(way);
      else keys[key]?.();
      return key in keys;
    },
  };
}

function factList({ facts }: Tile): HTMLDListElement {
  const pairs = [...facts].map(([name, text]) =>
    make('div', { class: name.toLowerCase() }, make('dt', {}, name), make('dd', { dir: 'auto' }, text)),
  );
  return make('dl', { class: 'about' }, ...pairs);
}
