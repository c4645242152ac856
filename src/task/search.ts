/** Returns a test for texts that contain each word of a search, in any case. An empty search matches all. */
export function searchFor(search: string): (texts: readonly string[]) => boolean {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return (texts) => {
    const all = plain(texts.join('\n'));
    return words.every((word) => all.includes(word));
  };
}

/** One form for each letter: Hangul and accents may be written as one character or as several. */
function plain(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
