import { make } from './make.ts';

/** A picture of the page, as it stands in the list. */
export interface Tile {
  element: HTMLLIElement;
  open: HTMLButtonElement;
  pick: HTMLInputElement;
  prompt: string;
  /** Empty where it is not known. */
  language: string;
  model: string;
  ratio: string;
  /** Width divided by height. */
  shape: number;
  /** Milliseconds since 1970. */
  made: number;
  /** No picture came of it: it is shown only where its place would be missed. */
  unmade: boolean;
  /** By their names, in their order. */
  facts: ReadonlyMap<string, string>;
}

/** The pictures in the order in which the page has them. */
export function readTiles(list: HTMLElement): Tile[] {
  return [...list.querySelectorAll<HTMLLIElement>('.tile')].map((element) => {
    const { model = '', ratio = '', made = '0', shape = '1x1' } = element.dataset;
    const [width = 1, height = 1] = shape.split('x').map(Number);
    return {
      element,
      open: the(element, '.open', HTMLButtonElement),
      pick: the(element, '.pick input', HTMLInputElement),
      prompt: the(element, '.prompt', HTMLElement).textContent ?? '',
      language: the(element, '.prompt', HTMLElement).lang,
      model,
      ratio,
      shape: width / height,
      made: Number(made),
      unmade: element.classList.contains('unmade'),
      facts: readFacts(element),
    };
  });
}

/** Where the picture can be had; undefined where there is none. */
export function sourceOf({ open }: Tile): string | undefined {
  return open.querySelector('img')?.src;
}

/** A picture that can't be loaded is said to be missing, and not drawn as broken. */
export function watchForMissing(list: HTMLElement): void {
  const replace = (image: HTMLImageElement): void => {
    const place = image.closest('.open');
    if (!place) return;
    place.classList.add('absent');
    place.replaceChildren(make('span', { class: 'absence' }, 'The file is not where it was'));
  };
  list.addEventListener(
    'error',
    ({ target }) => {
      if (target instanceof HTMLImageElement) replace(target);
    },
    true, // errors of pictures do not bubble
  );
  // Those that failed before anybody listened.
  for (const image of list.querySelectorAll('img'))
    if (image.complete && image.naturalWidth === 0 && image.currentSrc) replace(image);
}

function readFacts(element: HTMLElement): Map<string, string> {
  return new Map(
    [...element.querySelectorAll('.more > div')].map((pair) => [
      pair.querySelector('dt')?.textContent ?? '',
      pair.querySelector('dd')?.textContent ?? '',
    ]),
  );
}

/** What the page is known to have. */
export function the<Kind extends Element>(within: ParentNode, selector: string, kind: new () => Kind): Kind {
  const found = within.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${selector}`);
}
