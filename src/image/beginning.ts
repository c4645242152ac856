/** The beginning of a text that fits, in UTF-8 bytes and in characters as people count them, none cut apart. */
export function beginning(text: string, maxBytes: number, maxCharacters = Number.POSITIVE_INFINITY): string {
  let end = 0;
  let bytes = 0;
  let count = 0;
  for (const { segment, index } of characters.segment(text)) {
    bytes += Buffer.byteLength(segment);
    count += 1;
    if (bytes > maxBytes || count > maxCharacters) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
