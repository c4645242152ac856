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
