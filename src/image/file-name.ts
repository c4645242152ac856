/**
 * Makes one component of a path that every platform accepts and that means nothing special: no separator, no control,
 * hidden or direction-changing character, no reserved Windows name, no leading '-' or dot, no trailing dot or space, not
 * empty, and short enough for a temporary name beside it. Doing it twice changes nothing.
 * Sources: Microsoft's "Naming Files, Paths, and Namespaces" and Apple's APFS guide.
 */
export function safeFileName(name: string): string {
  const legal = name
    .replace(unseen, '')
    .replace(forbidden, '-')
    .replace(/^(?:[-.\s]|\u200c|\u200d|\ufe0e|\ufe0f)+/, '') // HFS+ passes over joiners when it compares names
    .replace(/(?<![.\s])[.\s]+$/, '');
  const short = fitted(legal || 'image', '');
  return device.test(short) ? fitted(`_${short}`, '') : short;
}

/** Names the n-th file that wants the same name: `a.png`, 2 is `a-2.png`. */
export function numbered(name: string, n: number): string {
  return fitted(name, `-${n}`);
}

/** The extension with its dot; empty for names such as `v1.5` and `.hidden`. */
export function extensionOf(name: string): string {
  return /(?<=.)\.[A-Za-z][A-Za-z0-9]{0,9}$/.exec(name)?.[0] ?? '';
}

/**
 * Gives a name the extension that its bytes call for: `a.webp` becomes `a.png`. What is not the extension of a picture
 * stays before it, `a.sh.png`: a picture can hold text that a shell would run.
 */
export function withExtension(name: string, ext: string): string {
  const named = extensionOf(name);
  if (kindOf(named) === ext) return name;
  const stem = pictureExtensions.includes(kindOf(named)) ? name.slice(0, -named.length) : name;
  return fitted(`${stem}.${ext}`, '');
}

/** The extensions that pictures are saved with. */
export const pictureExtensions: readonly string[] = ['png', 'jpg', 'webp', 'gif', 'avif'];

function kindOf(extension: string): string {
  return extension.slice(1).toLowerCase().replace('jpeg', 'jpg');
}

/** APFS refuses code points that are unassigned (Cn), and lone surrogates (Cs) have no UTF-8. */
const forbidden = /[<>:"/\\|?*\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu;

/** All but joiners, which some scripts and emoji need, and variation selectors. */
const unseen = /(?!\u200c|\u200d|\ufe0e|\ufe0f|\p{Bidi_Control})(?!\p{Bidi_Control})\p{Default_Ignorable_Code_Point}/gu;

/** Names that Windows reserves for devices, whatever extension follows, and its short name for `.git`. */
const device = /^(git~\d|con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i;

/** File systems allow 255 bytes (or UTF-16 units, which are never more); 24 are left for temporary names. */
const maxBytes = 255 - 24;

/** Puts a suffix before the extension and cuts the stem so that all of it fits. */
function fitted(name: string, suffix: string): string {
  const extension = extensionOf(name);
  const stem = name.slice(0, name.length - extension.length);
  const room = maxBytes - Buffer.byteLength(suffix + extension);
  if (Buffer.byteLength(stem) <= room) return stem + suffix + extension;
  const cut = beginning(stem, room).replace(/[.\s]+$/, '');
  return (cut || 'image') + suffix + extension;
}

/**
 * Turns a prompt into part of a file name: its words in lower case joined by '-', in any script. At most 60 characters
 * as people count them and 120 UTF-8 bytes, cut between words where that keeps at least half. Never empty: a prompt
 * without a letter or digit is `image`.
 */
export function slug(prompt: string): string {
  const text = prompt.normalize('NFC').toLowerCase().normalize('NFC').replace(invisible, '');
  let slugged = '';
  for (const [word] of text.matchAll(words)) {
    const joined = slugged === '' ? word : `${slugged}-${word}`;
    const fitting = beginning(joined, 120, 60);
    if (fitting.length < joined.length) {
      // Scripts without spaces have words as long as sentences: those are cut inside.
      const kept = slugged.length * 2 < fitting.length ? fitting : slugged;
      return kept.replace(/-$/, '') || 'image';
    }
    slugged = joined;
  }
  return slugged || 'image';
}

/** Marks stay with their letter, so that every script stays legible. */
const words = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** Joiners, fillers, and what emoji leave behind in a word: variation selectors and key caps. */
const invisible = /\p{Default_Ignorable_Code_Point}|\u20e3/gu;

/**
 * Shortens a task's id for a file name: `tsk_abc123` is `abc123`. The last eight letters and digits, because ids that
 * begin with the time (UUID v7) begin alike. Never empty.
 */
export function shortId(taskId: string): string {
  const bare = taskId.replace(/^[A-Za-z]+_/, '');
  return bare.replace(/[^A-Za-z0-9]/g, '').slice(-8) || 'task';
}

/** Cuts a text to so many UTF-8 bytes and characters as people count them. No character is split. */
function beginning(text: string, maxBytes: number, maxCharacters = Number.POSITIVE_INFINITY): string {
  if (plain.test(text)) return text.slice(0, Math.min(maxBytes, maxCharacters));
  let end = 0;
  let bytes = 0;
  let count = 0;
  for (const { segment, index } of new Intl.Segmenter('en').segment(text)) {
    bytes += Buffer.byteLength(segment);
    count += 1;
    if (bytes > maxBytes || count > maxCharacters) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** One byte and one character each. Most prompts are; making a segmenter takes as long as a tenth of a short run. */
const plain = /^[\x20-\x7e]*$/;
