import { percentEncoded, shellWord } from '../../../report/shell-command.ts';

/** A picture of the page, as it stands in the list. */
export interface Tile {
  element: HTMLElement;
  open: HTMLButtonElement;
  pick: HTMLInputElement;
  prompt: string;
  /** The command that makes it again; empty where its task is not known. */
  again: string;
  /** No picture came of it: it is shown only where its place would be missed. */
  unmade: boolean;
  /** Texts by their names, in their order. */
  facts: ReadonlyMap<string, string>;
}

/** Reads the pictures in the order in which the page has them. */
export function readTiles(list: HTMLElement): Tile[] {
  return [...list.querySelectorAll<HTMLElement>('.tile')].map((element) => {
    const names = [...element.querySelectorAll('dt')];
    return {
      element,
      open: the('.open', HTMLButtonElement, element),
      pick: the('.pick input', HTMLInputElement, element),
      prompt: the('.prompt', HTMLElement, element).textContent ?? '',
      again: element.dataset.again ?? '',
      unmade: element.classList.contains('unmade'),
      facts: new Map(names.map((name) => [name.textContent ?? '', name.nextElementSibling?.textContent ?? ''])),
    };
  });
}

/** Says that a picture is missing where the browser cannot load it. */
export function watchForMissing(list: HTMLElement): void {
  const tell = (image: HTMLImageElement): void => {
    const text = Object.assign(document.createElement('span'), { textContent: 'The file cannot be loaded' });
    const open = image.closest('.open');
    open?.classList.add('absent');
    open?.parentElement?.querySelector('.pick')?.setAttribute('hidden', '');
    image.replaceWith(text);
  };
  for (const image of list.querySelectorAll('img')) {
    image.addEventListener('error', () => tell(image));
    // It may have failed before anybody listened.
    if (image.complete && image.naturalWidth === 0 && image.currentSrc) tell(image);
  }
}

/**
 * The path of a picture as a word for the shell, absolute where the page was opened from a file. Where the shells read it
 * in different ways it is the address of the file, which most programs open as well.
 */
export function pathOf({ facts }: Tile): string {
  const file = facts.get('File') ?? '';
  const folder = decodeURIComponent(location.pathname)
    .replace(/[^/]*$/, '')
    .replace(/^\/(?=[A-Z]:)/i, '');
  const isAbsolute = /^(\/|\\\\|[A-Z]:)/i.test(file);
  const path = isAbsolute || location.protocol !== 'file:' ? file : folder + file;
  const word = shellWord(path, /^(\\\\|[A-Z]:)/i.test(path) ? 'win32' : 'linux');
  return word ?? (path.startsWith('/') ? 'file://' : '') + path.split('/').map(percentEncoded).join('/');
}

/** Finds what the page is known to have. */
export function the<Kind extends Element>(selector: string, kind: new () => Kind, within: ParentNode = document): Kind {
  const found = within.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${selector}`);
}
