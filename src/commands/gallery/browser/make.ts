/** Makes an element. Texts become text nodes: nothing is ever parsed as markup. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | boolean> = {},
  ...content: Array<Node | string>
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(attribute, value === true ? '' : value);
  }
  element.append(...content);
  return element;
}

export function button(text: string, act: () => void, attributes: Record<string, string> = {}): HTMLButtonElement {
  const element = make('button', { type: 'button', ...attributes }, text);
  element.addEventListener('click', act);
  return element;
}

/** Makes a button that shows a sign instead of its name. */
export function signButton(sign: string, name: string, act: () => void, kind = 'sign'): HTMLButtonElement {
  return button(sign, act, { class: kind, 'aria-label': name, title: name });
}

/** Makes a dialog over the whole page. Escape closes it, and the focus goes back to where it was. */
export function createDialog(name: string, kind: string): HTMLDialogElement {
  const dialog = make('dialog', { class: kind, 'aria-label': name });
  dialog.append(signButton('×', 'Close (Esc)', () => dialog.close(), 'sign close'));
  document.body.append(dialog);
  return dialog;
}

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
