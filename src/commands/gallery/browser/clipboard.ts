import { button } from './make.ts';

/** Makes a button that copies a text, and says for a moment whether it did. */
export function copyButton(name: string, text: () => string, kind = ''): HTMLButtonElement {
  const element = button(name, () => void act(), { class: kind });
  const act = async (): Promise<void> => {
    element.textContent = (await copy(text())) ? 'Copied' : 'The browser does not allow it';
    setTimeout(() => element.replaceChildren(name), 1400);
  };
  return element;
}

/** Puts a text on the clipboard. Without https a browser may allow it only the old way. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    // Elements outside an open dialog cannot be selected.
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
