import { make } from './make.ts';

/** A picture of the page, as it stands in the list. */
export interface Tile {
  element: HTMLLIElement;
  open: HTMLButtonElement;
  pick: HTMLInputElement;
  prompt: string;
  /** The prompt, with what tells the picture from others of the same prompt. */
  name: string;
  model: string;
  ratio: string;
  /** Infinity where there is none. */
  seed: number;
  /** Width divided by height. */
  shape: number;
  /** When it was made, as a date that can be compared. */
  made: string;
  /** No picture came of it: it is shown only where its place would be missed. */
  unmade: boolean;
  /** Texts by their names, in their order. */
  facts: ReadonlyMap<string, string>;
}

/** Reads the pictures in the order in which the page has them. */
export function readTiles(list: HTMLElement): Tile[] {
  return [...list.querySelectorAll<HTMLLIElement>('.tile')].map((element) => {
    const [width = 1, height = 1] = (element.dataset.shape ?? '').split('x').map(Number);
    const texts = [...element.querySelectorAll('.more > *')].map(({ textContent }) => textContent ?? '');
    const facts = new Map(texts.flatMap((name, at) => (at % 2 ? [] : [[name, texts[at + 1] ?? '']])));
    const open = the(element, '.open', HTMLButtonElement);
    const name = open.querySelector('img')?.alt;
    const pick = make('input', { type: 'checkbox', 'aria-label': `Select: ${name}` });
    if (name !== undefined) open.after(make('label', { class: 'pick' }, pick));
    return {
      element,
      open,
      pick,
      prompt: the(element, '.prompt', HTMLElement).textContent ?? '',
      name: name ?? '',
      model: facts.get('Model') ?? '',
      ratio: facts.get('Ratio') ?? '',
      seed: Number(facts.get('Seed') ?? 'Infinity'),
      shape: width / height,
      made: the(element, 'time', HTMLTimeElement).dateTime,
      unmade: element.classList.contains('unmade'),
      facts,
    };
  });
}

/** Names the models of pictures, in the order of the columns. */
export function modelsOf(tiles: readonly Tile[]): string[] {
  return [...new Set(tiles.map(({ model }) => model))].sort();
}

/** Groups pictures by prompt and seed: prompts as they come, then by seed, model and number. */
export function rowsOf(tiles: readonly Tile[]): Tile[][] {
  const models = modelsOf(tiles);
  const columnOf = ({ model }: Tile): number => models.indexOf(model);
  const numberOf = ({ facts }: Tile): number => Number.parseInt(facts.get('Number') ?? '0', 10);
  return [...Map.groupBy(tiles, ({ prompt }) => prompt).values()].flatMap((same) => {
    same.sort((a, b) => a.seed - b.seed || columnOf(a) - columnOf(b) || numberOf(a) - numberOf(b));
    return [...Map.groupBy(same, ({ seed }) => seed).values()];
  });
}

/** Where the picture can be had; undefined where there is none. */
export function sourceOf({ open }: Tile): string | undefined {
  return open.querySelector('img')?.src;
}

/** The prompt as it is read beside a picture. */
export function promptText({ element }: Tile): Node {
  return the(element, '.prompt', HTMLElement).cloneNode(true);
}

/** Says that a picture is missing where the browser cannot load it. */
export function watchForMissing(list: HTMLElement): void {
  const watch = ({ target }: { target: EventTarget | null }): void => {
    const place = target instanceof HTMLImageElement ? target.closest('.open') : null;
    place?.classList.add('absent');
    place?.replaceChildren(make('span', { class: 'absence' }, 'The file cannot be loaded'));
    place?.parentElement?.querySelector('.pick')?.remove();
  };
  list.addEventListener('error', watch, true); // errors of pictures do not bubble
  // Those that failed before the listener was there.
  for (const target of list.querySelectorAll('img'))
    if (target.complete && target.naturalWidth === 0 && target.currentSrc) watch({ target });
}

/** Finds what the page is known to have. */
export function the<Kind extends Element>(within: ParentNode, selector: string, kind: new () => Kind): Kind {
  const found = within.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${selector}`);
}
