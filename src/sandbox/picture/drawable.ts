import { letterFor } from './letter.ts';

/** What the alphabet has another word for. */
const instead: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '−': '-',
  '•': '·',
  '×': 'x',
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** The part of a text that can be drawn, on one line: accents are left away, and so are letters of other scripts. */
export function drawable(text: string): string {
  // NFC again afterwards: Korean syllables come apart too, and are drawn whole.
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');
  const drawn = Array.from(plain, (character) => {
    if (/\s/.test(character)) return ' ';
    const known = instead[character] ?? character;
    return letterFor(known.charAt(0)) ? known : '';
  });
  return drawn.join('').replace(/ +/g, ' ').trim();
}
