type Content = Node | string | undefined;

/** An element with attributes and content. Texts become text nodes: nothing is ever parsed as markup. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | boolean> = {},
  ...content: Content[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(attribute, value === true ? '' : value);
  }
  element.append(...content.filter((each) => each !== undefined));
  return element;
}

/** A button that says what it does, and the key that does it, too. */
export function button(
  text: string,
  act: () => void,
  attributes: Record<string, string> = {},
): HTMLButtonElement {
  const element = make('button', { type: 'button', ...attributes }, text);
  element.addEventListener('click', act);
  return element;
}

/** A button that shows a sign instead of its name. */
export function signButton(name: string, path: string, act: () => void): HTMLButtonElement {
  const element = button('', act, { class: 'sign', 'aria-label': name, title: name });
  element.append(sign(path));
  return element;
}

/** @param path of an SVG of 20 by 20 */
function sign(path: string): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const picture = document.createElementNS(space, 'svg');
  picture.setAttribute('viewBox', '0 0 20 20');
  picture.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(space, 'path');
  line.setAttribute('d', path);
  picture.append(line);
  return picture;
}
