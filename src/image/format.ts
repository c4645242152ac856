/**
 * The format of a picture by its first bytes, whatever its URL or content type says. `'unsure'` while
 * more bytes are needed (never beyond `enough`), `'none'` when it is none of the five.
 */
export function formatOf(head: Buffer): ImageFormat | 'unsure' | 'none' {
  if (head.length < 12) return 'unsure';
  if (startsWith(head, '\x89PNG\r\n\x1a\n')) return formats.png;
  if (startsWith(head, '\xff\xd8\xff')) return formats.jpg;
  if (startsWith(head, 'GIF87a') || startsWith(head, 'GIF89a')) return formats.gif;
  if (startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8)) return formats.webp;
  if (startsWith(head, 'ftyp', 4)) return avifByBrand(head);
  return 'none';
}

export type ImageFormat = (typeof formats)[keyof typeof formats];

const formats = {
  png: { ext: 'png', mime: 'image/png', name: 'PNG' },
  jpg: { ext: 'jpg', mime: 'image/jpeg', name: 'JPEG' },
  webp: { ext: 'webp', mime: 'image/webp', name: 'WebP' },
  gif: { ext: 'gif', mime: 'image/gif', name: 'GIF' },
  avif: { ext: 'avif', mime: 'image/avif', name: 'AVIF' },
} as const;

/** So many first bytes always tell the format, if any. */
export const enough = 512;

/** HEIC, MP4 and AVIF share one container: the brands in the `ftyp` box tell them apart (AVIF 1.1). */
function avifByBrand(head: Buffer): ImageFormat | 'unsure' | 'none' {
  const length = head.readUInt32BE(0);
  if (length < 16 || length > enough) return 'none';
  if (head.length < length) return 'unsure';
  for (let at = 8; at + 4 <= length; at += 4) {
    if (startsWith(head, 'avif', at) || startsWith(head, 'avis', at)) return formats.avif;
  }
  return 'none';
}

function startsWith(head: Buffer, text: string, at = 0): boolean {
  return head.toString('latin1', at, at + text.length) === text;
}
