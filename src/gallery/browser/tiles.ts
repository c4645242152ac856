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
