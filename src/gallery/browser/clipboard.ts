import { button } from './make.ts';

/** Makes a button that copies a text, and says for a moment whether it did. */
export function copyButton(name: string, text: () => string, kind = ''): HTMLButtonElement {
  const element = button(name, () => void act(), { class: kind });

  async function act(): Promise<void> {
    element.textContent = (await copy(text())) ? 'Copied' : 'The browser does not allow it';
    setTimeout(() => {
      element.textContent = name;
    }, 1400);
  }

  return element;
}

/** Puts a text on the clipboard; a page from a file may have to do it the old way. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelecting(text);
  }
}

function copyBySelecting(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  // What lies outside an open dialog cannot be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } finally {
    area.remove();
  }
}
