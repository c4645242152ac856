const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Text for an element or a quoted attribute: it can't become markup. NUL and its kind, which HTML does not know, and
 * halves of characters become U+FFFD.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => entities[character] ?? '')
    .replace(/[^\P{Cc}\n\r\t]|[\p{Cs}\ufffe\uffff]/gu, '\ufffd');
}
