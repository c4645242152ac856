/** The beginning of a text that fits, in UTF-8 bytes and in characters as people count them, none cut apart. */
export function beginning(text: string, maxBytes: number, maxCharacters = Number.POSITIVE_INFINITY): string {
  if (plain.test(text)) return text.slice(0, Math.min(maxBytes, maxCharacters));
  let end = 0;
  let bytes = 0;
  let count = 0;
  characters ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment, index } of characters.segment(text)) {
    bytes += Buffer.byteLength(segment);
    count += 1;
    if (bytes > maxBytes || count > maxCharacters) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** In printable ASCII each character is one byte. */
const plain = /^[\x20-\x7e]*$/;

/** Created only for a text that needs it: that takes 7 ms. */
let characters: Intl.Segmenter | undefined;
