import { inflateSync } from 'node:zlib';

/** A colour profile is some kilobytes. */
const mostProfileBytes = 4_000_000;
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Whether what is packed in a PNG unpacks to no more than its header states: a few kilobytes can hold gigabytes, and
 * who decodes them finds that out too late. An animation is none of those that are looked at.
 */
export function unpacksAsStated(png: Uint8Array): boolean {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const packed: Uint8Array[] = [];
  for (let at = 8; at + 12 <= png.length; at += 12 + view.getUint32(at)) {
    const type = Buffer.from(png.subarray(at + 4, at + 8)).toString('latin1');
    const data = png.subarray(at + 8, at + 8 + view.getUint32(at));
    if (type === 'acTL') return false;
    if (type === 'IDAT') packed.push(data);
    // A name, a zero, the method.
    if (type === 'iCCP' && !fits(data.subarray(data.indexOf(0) + 2), mostProfileBytes)) return false;
  }
  return fits(Buffer.concat(packed), statedBytes(view));
}

/** Each row has a byte more; the rows of an interlaced picture are cut into pieces that have one each. */
function statedBytes(view: DataView): number {
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const bits = view.getUint8(24) * (channelsOf[view.getUint8(25)] ?? 4);
  const rows = height * (1 + Math.ceil((width * bits) / 8));
  return view.getUint8(28) === 0 ? rows : 2 * rows + 100;
}

function fits(packed: Uint8Array, mostBytes: number): boolean {
  try {
    inflateSync(packed, { maxOutputLength: Math.max(1, mostBytes) });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE'; // any other flaw is the decoder's to find
  }
}
