import { make } from './make.ts';
import type { Tile } from './tiles.ts';

/** The prompt as it is read beside a picture. */
export function promptText({ prompt, language }: Tile): HTMLParagraphElement {
  return make('p', { class: 'prompt', dir: 'auto', ...(language && { lang: language }) }, prompt);
}

/** Facts as a list of names and texts. */
export function factList(facts: ReadonlyMap<string, string>): HTMLDListElement {
  const pairs = [...facts].map(([name, text]) =>
    make(
      'div',
      { class: name === 'Command' ? 'command' : '' },
      make('dt', {}, name),
      make('dd', { dir: 'auto' }, ...(name === 'Command' ? commandParts(text) : [text])),
    ),
  );
  return make('dl', { class: 'about' }, ...pairs);
}

/** Flags in one piece each: a line must not end between two hyphens. */
function commandParts(command: string): Array<string | HTMLElement> {
  return command
    .split(/(--[a-z-]+)/)
    .map((part) => (part.startsWith('--') ? make('span', { class: 'flag' }, part) : part));
}

const compared = ['Model', 'Ratio', 'Seed', 'Size', 'Cost', 'Made', 'Avoids'];

/** What is worth knowing when pictures stand side by side. What tells one from the others is marked. */
export function comparedFacts(tile: Tile, among: readonly Tile[]): HTMLElement {
  const facts = compared.flatMap((name) => {
    const text = tile.facts.get(name);
    if (text === undefined) return [];
    const differs = among.some((other) => other.facts.get(name) !== text);
    const said = name === 'Seed' || name === 'Avoids' ? `${name.toLowerCase()} ${text}` : text;
    return [make(differs ? 'b' : 'span', { dir: 'auto' }, said)];
  });
  return make('p', { class: 'facts' }, ...facts);
}
