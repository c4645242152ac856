import { copy } from './clipboard.ts';
import { createDialog } from './dialog.ts';
import { factList, promptText } from './facts.ts';
import { button, make, signButton } from './make.ts';
import type { Selection } from './selection.ts';
import { sourceOf, type Tile } from './tiles.ts';
import { createZoom } from './zoom.ts';

/** One picture as large as the window, with all that is known of it. */
export interface Viewer {
  open(tile: Tile): void;
  /** Answers whether the key meant something. */
  key(key: string): boolean;
  isOpen(): boolean;
}

/** @param shown the pictures that can be gone through, in their order */
export function createViewer(shown: () => Tile[], selection: Selection, left: (tile: Tile) => void): Viewer {
  let tile: Tile | undefined;
  const dialog = createDialog('Picture', 'viewer', () => tile && left(tile));
  const image = make('img', { alt: '', draggable: 'false' });
  const stage = make('div', { class: 'stage' }, image);
  const zoom = createZoom(stage, () => undefined);
  const position = make('p', { class: 'position', role: 'status' });
  const asked = make('div', { class: 'asked' });
  const facts = make('div');
  const pick = button('Select', togglePick, { 'aria-pressed': 'false' });
  const copyCommand = button('Copy command', () => copyFact(copyCommand, tile?.facts.get('Command')), {
    class: 'main',
  });
  const copyPrompt = button('Copy prompt', () => copyFact(copyPrompt, tile?.prompt));
  dialog.append(
    stage,
    signButton('Previous (←)', 'M12.5 4.5L7 10l5.5 5.5', () => step(-1)),
    signButton('Next (→)', 'M7.5 4.5L13 10l-5.5 5.5', () => step(1)),
    make(
      'div',
      { class: 'side' },
      position,
      asked,
      facts,
      make('div', { class: 'actions' }, copyCommand, copyPrompt, pick),
    ),
  );

  function show(next: Tile): void {
    tile = next;
    zoom.reset();
    const source = sourceOf(next);
    stage.replaceChildren(
      source === undefined ? make('p', { class: 'absence' }, next.open.textContent ?? '') : image,
    );
    if (source !== undefined) image.src = source;
    image.alt = next.prompt;
    const all = shown();
    position.textContent = `${all.indexOf(next) + 1} of ${all.length}`;
    asked.replaceChildren(promptText(next));
    asked.classList.toggle('long', next.prompt.length > 240);
    facts.replaceChildren(factList(next.facts));
    pick.hidden = source === undefined;
    showPick();
  }

  function showPick(): void {
    const picked = tile !== undefined && selection.has(tile);
    pick.setAttribute('aria-pressed', String(picked));
    pick.textContent = picked ? 'Selected' : 'Select';
  }

  function togglePick(): void {
    if (tile && !pick.hidden) selection.toggle(tile);
    showPick();
  }

  function step(by: number): void {
    const all = shown();
    const next = tile && all[all.indexOf(tile) + by];
    if (next) show(next);
  }

  function copyFact(pressed: HTMLButtonElement, text: string | undefined): void {
    const name = pressed.textContent;
    if (text === undefined || pressed.dataset.said) return;
    void copy(text).then((done) => {
      pressed.dataset.said = 'yes';
      pressed.textContent = done ? 'Copied' : 'Copying is not allowed here';
      setTimeout(() => {
        pressed.textContent = name;
        delete pressed.dataset.said;
      }, 1400);
    });
  }

  const keys: Record<string, () => void> = {
    ArrowLeft: () => (zoom.isNear() ? zoom.move(0.1, 0) : step(-1)),
    ArrowRight: () => (zoom.isNear() ? zoom.move(-0.1, 0) : step(1)),
    ArrowUp: () => zoom.move(0, 0.1),
    ArrowDown: () => zoom.move(0, -0.1),
    '+': () => zoom.by(1.5),
    '=': () => zoom.by(1.5),
    '-': () => zoom.by(1 / 1.5),
    '0': zoom.reset,
    x: togglePick,
    y: () => copyFact(copyCommand, tile?.facts.get('Command')),
  };

  return {
    open(next) {
      show(next);
      dialog.showModal();
    },
    isOpen: () => dialog.open,
    key(key) {
      const act = keys[key];
      act?.();
      return act !== undefined;
    },
  };
}
