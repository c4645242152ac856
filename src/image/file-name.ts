import { beginning } from './beginning.ts';

/**
 * One component of a path, made such that every platform takes it and none reads more into it: no separator,
 * no control or direction-changing character, no reserved Windows name, no leading '-' or dot, no trailing dot
 * or space, not empty, and short enough for a temporary name beside it. Doing it twice changes nothing.
 * Sources: Microsoft's "Naming Files, Paths, and Namespaces" and Apple's APFS guide.
 */
export function safeFileName(name: string): string {
  const legal = name
    .replace(forbidden, '-')
    .replace(/^[-.\s]+/, '')
    .replace(/(?<![.\s])[.\s]+$/, '');
  const short = fitted(legal || 'image', '');
  return device.test(short) ? fitted(`_${short}`, '') : short;
}

/** The name for the n-th file that wants the same one: `a.png`, 2 is `a-2.png`. */
export function numbered(name: string, n: number): string {
  return fitted(name, `-${n}`);
}

/** The extension with its dot, '' where there is none: `v1.5` has none, nor has `.hidden`. */
export function extensionOf(name: string): string {
  return /(?<=.)\.[A-Za-z][A-Za-z0-9]{0,9}$/.exec(name)?.[0] ?? '';
}

/** APFS refuses code points that are unassigned (Cn), and lone surrogates (Cs) have no UTF-8. */
const forbidden = /[<>:"/\\|?*\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu;

/** What Windows takes for a device, whatever extension follows. */
const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i;

/** File systems take 255 bytes or UTF-16 units, which are never more than bytes; 24 are left to temporary names. */
const maxBytes = 255 - 24;

/** The name with something put before its extension, the stem cut so that all of it fits. */
function fitted(name: string, suffix: string): string {
  const extension = extensionOf(name);
  const stem = name.slice(0, name.length - extension.length);
  const room = maxBytes - Buffer.byteLength(suffix + extension);
  if (Buffer.byteLength(stem) <= room) return stem + suffix + extension;
  const cut = beginning(stem, room).replace(/[.\s]+$/, '');
  return (cut || 'image') + suffix + extension;
}
