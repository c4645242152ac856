import { crc32 } from 'node:zlib';

/** The text written into a picture: `request` is exact JSON; the others are for people and image programs. */
export interface Told {
  prompt: string;
  model: string;
  seed: number | undefined;
  task: string;
  software: string;
  request: string;
}

/** The first `drop` bytes of a file become `before`, and `after` follows its end. */
export interface Splice {
  drop: number;
  before: Buffer;
  after: Buffer;
}

/** As much of a file's beginning as `spliceFor` needs. */
export const headBytes = 64 * 1024 + 256;

/**
 * Says how the facts get into a picture, of which the pixels stay as they are: XMP, and texts in a PNG. Returns the
 * reason where they cannot. The file must have been checked.
 * @param head its beginning
 */
export function spliceFor(
  { ext, bytes, width, height }: { ext: string; bytes: number; width: number; height: number },
  head: Buffer,
  told: Told,
): Splice | string {
  if (ext === 'png') return spliceForPng(head, told);
  if (ext === 'jpg') return spliceForJpeg(head, told);
  if (ext === 'webp') return spliceForWebp({ bytes, width, height }, head, told);
  return `a ${ext.toUpperCase()} cannot hold a prompt`;
}

/** PNG, third edition, §11.3.3: behind IHDR. */
function spliceForPng(head: Buffer, told: Told): Splice {
  const ihdrEnd = 33;
  const { prompt, model, seed, task, software } = told;
  const texts = {
    Software: software,
    Description: prompt,
    prompt,
    model,
    seed,
    task,
    'XML:com.adobe.xmp': xmpOf(told),
  };
  const chunks = Object.entries(texts).map(([keyword, text]) => pngText(keyword, text));
  return { drop: ihdrEnd, before: Buffer.concat([head.subarray(0, ihdrEnd), ...chunks]), after: none };
}

function pngText(keyword: string, text: string | number | undefined): Buffer {
  if (text === undefined) return none;
  const typed = Buffer.from(`iTXt${keyword}\0\0\0\0\0${String(text).replaceAll('\0', '')}`);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(typed.length - 4);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}

/** XMP, part 3, §1.1.3: an APP1 segment behind SOI and a JFIF segment. */
function spliceForJpeg(head: Buffer, told: Told): Splice | string {
  const hasJfif = head.readUInt16BE(2) === 0xffe0;
  const drop = hasJfif ? 4 + head.readUInt16BE(4) : 2;
  if (drop > head.length) return 'its first segment is too long';
  const body = Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmpOf(told)}`);
  if (body.length > 0xffff - 2) return 'the prompt is too long for a JPEG';
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return { drop, before: Buffer.concat([head.subarray(0, drop), marker, body]), after: none };
}

const hasXmp = 0x04;
const hasAlpha = 0x10;

/** RFC 9649 §2.7: VP8X says what follows, and metadata comes last. */
function spliceForWebp(
  { bytes, width, height }: { bytes: number; width: number; height: number },
  head: Buffer,
  told: Told,
): Splice | string {
  const end = 8 + head.readUInt32LE(4);
  if (end !== bytes) return 'its length is wrong';
  const isExtended = head.toString('latin1', 12, 16) === 'VP8X';
  const flags = isExtended ? (head[20] ?? 0) : isTransparent(head) ? hasAlpha : 0;
  if ((flags & hasXmp) !== 0) return 'it has XMP of its own';
  const extension = isExtended
    ? Buffer.from(head.subarray(12, 30))
    : Buffer.concat([Buffer.from('VP8X'), uint(4, 10), Buffer.alloc(4), uint(3, width - 1), uint(3, height - 1)]);
  extension[8] = flags | hasXmp;
  const body = Buffer.from(xmpOf(told));
  const after = Buffer.concat([
    Buffer.alloc(bytes % 2),
    Buffer.from('XMP '),
    uint(4, body.length),
    body,
    Buffer.alloc(body.length % 2),
  ]);
  const drop = isExtended ? 30 : 12;
  const size = bytes - drop + 12 + extension.length + after.length - 8;
  const start = Buffer.concat([Buffer.from('RIFF'), uint(4, size), Buffer.from('WEBP')]);
  return { drop, before: Buffer.concat([start, extension]), after };
}

/** RFC 9649 §3.4: alpha_is_used is bit 28 behind the signature of VP8L. */
function isTransparent(head: Buffer): boolean {
  return head.toString('latin1', 12, 16) === 'VP8L' && ((head.readUInt32LE(21) >>> 28) & 1) === 1;
}

const none = Buffer.alloc(0);

/** An unsigned number, little-endian. */
function uint(bytes: 3 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

const namespace = 'https://github.com/runapi-imagen/runapi-imagen/ns/1.0/';

/** An XMP packet (ISO 16684-1, §7). */
function xmpOf({ prompt, model, seed, task, software, request }: Told): string {
  const facts = {
    'xmp:CreatorTool': software,
    'imagen:Model': model,
    ...(seed === undefined ? {} : { 'imagen:Seed': `${seed}` }),
    'imagen:Task': task,
    'imagen:Request': safeJson(request),
  };
  const attributes = Object.entries(facts).map(([name, value]) => `\n   ${name}="${escaped(value)}"`);
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmlns:imagen="${namespace}"${attributes.join('')}>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(prompt)}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
}

/** XML 1.0 has no way to write most control characters. The request has none: in JSON they are escaped. */
const unwritable = /[^\P{Cc}\t\n\r]|[\ufffe\uffff\p{Cs}]/gu;

function safeJson(json: string): string {
  return json.replace(unwritable, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escaped(text: string): string {
  return text.replace(unwritable, '').replace(/[&<>"\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Finds the request that `spliceFor` put into a picture, in a part of its bytes that holds it. */
export function embeddedRequest(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  if (!text.includes(namespace)) return undefined;
  // Other programs write it as an element, or in other quotes.
  const written = /imagen:Request(?:="([^"]*)"|='([^']*)'|>([^<]*)<)/.exec(text)?.slice(1).join('');
  try {
    return JSON.parse((written ?? '').replace(/&(#x?)?(\w+);/g, unescaped));
  } catch {
    return undefined;
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(_: string, mark: string | undefined, word: string): string {
  if (mark === undefined) return entities[word] ?? '';
  return String.fromCodePoint(Number.parseInt(word, mark === '#' ? 10 : 16));
}
