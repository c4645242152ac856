import { make } from './make.ts';

/** A picture of the page, as it stands in the list. */
export interface Tile {
  element: HTMLLIElement;
  open: HTMLButtonElement;
  pick: HTMLInputElement;
  prompt: string;
  /** The prompt, with what tells the picture from others of the same prompt. */
  name: string;
  /** Empty where it is not known. */
  language: string;
  model: string;
  ratio: string;
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
    const { textContent: prompt, lang: language } = the(element, '.prompt', HTMLElement);
    const facts = readFacts(element);
    const open = the(element, '.open', HTMLButtonElement);
    const name = open.querySelector('img')?.alt;
    const pick = make('input', { type: 'checkbox', 'aria-label': `Select: ${name}` });
    if (name !== undefined) open.after(make('label', { class: 'pick' }, pick));
    return {
      element,
      open,
      pick,
      prompt: prompt ?? '',
      name: name ?? '',
      language,
      model: facts.get('Model') ?? '',
      ratio: facts.get('Ratio') ?? '',
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
  const prompts = new Map([...new Set(tiles.map(({ prompt }) => prompt))].map((prompt, at) => [prompt, at]));
  const models = modelsOf(tiles);
  const placeOf = ({ prompt, model, facts }: Tile): number[] => [
    prompts.get(prompt) ?? 0,
    Number.parseFloat(facts.get('Seed') ?? 'Infinity'),
    models.indexOf(model),
    Number.parseFloat(facts.get('Number') ?? '0'),
  ];
  const places = new Map(tiles.map((tile) => [tile, placeOf(tile)]));
  const sorted = [...tiles].sort((a, b) => {
    const there = places.get(b) ?? [];
    return (
      places
        .get(a)
        ?.map((each, at) => each - (there[at] ?? 0))
        .find(Boolean) ?? 0
    );
  });
  const rows: Tile[][] = [];
  for (const tile of sorted) {
    const [last] = rows.at(-1) ?? [];
    if (last?.prompt === tile.prompt && last.facts.get('Seed') === tile.facts.get('Seed'))
      rows.at(-1)?.push(tile);
    else rows.push([tile]);
  }
  return rows;
}

/** Where the picture can be had; undefined where there is none. */
export function sourceOf({ open }: Tile): string | undefined {
  return open.querySelector('img')?.src;
}

/** The prompt as it is read beside a picture. */
export function promptText({ prompt, language }: Tile): HTMLParagraphElement {
  return make('p', { class: 'prompt', dir: 'auto', lang: language }, prompt);
}

/** Says that a picture is missing where the browser cannot load it. */
export function watchForMissing(list: HTMLElement): void {
  const replace = (image: HTMLImageElement): void => {
    const place = image.closest('.open');
    place?.classList.add('absent');
    place?.replaceChildren(make('span', { class: 'absence' }, 'The file cannot be loaded'));
    place?.parentElement?.querySelector('.pick')?.remove();
  };
  const watch = ({ target }: Event): void => {
    if (target instanceof HTMLImageElement) replace(target);
  };
  list.addEventListener('error', watch, true); // errors of pictures do not bubble
  // Those that failed before the listener was there.
  for (const image of list.querySelectorAll('img'))
    if (image.complete && image.naturalWidth === 0 && image.currentSrc) replace(image);
}

function readFacts(element: HTMLElement): Map<string, string> {
  const texts = [...element.querySelectorAll('.more :is(dt, dd)')].map((each) => each.textContent ?? '');
  return new Map(texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? '']] : [])));
}

/** Finds what the page is known to have. */
export function the<Kind extends Element>(within: ParentNode, selector: string, kind: new () => Kind): Kind {
  const found = within.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${selector}`);
}
