import { deflateSync } from 'node:zlib';
import { isPng, readPixels } from '../../image/pixels.ts';
import type { Cells } from './cells.ts';

/** The protocol takes at most so much text at once. */
const chunks = /.{1,4096}/g;

/**
 * The picture in Kitty's graphics protocol: a PNG as it is, anything else as its packed pixels. `q=2` keeps the
 * terminal from answering, which would look like something typed. Undefined where the picture can't be unpacked.
 * Source: sw.kovidgoyal.net/kitty/graphics-protocol
 */
export function kitty(file: Uint8Array, { columns }: Cells): string | undefined {
  const payload = isPng(file) ? { keys: 'f=100', bytes: file } : packed(file);
  if (!payload) return undefined;
  const parts = Buffer.from(payload.bytes).toString('base64').match(chunks) ?? [];
  const commands = parts.map((part, position) => {
    const more = `m=${position + 1 < parts.length ? 1 : 0}`;
    const keys = position === 0 ? `a=T,${payload.keys},c=${columns},q=2,${more}` : more;
    return `\u001b_G${keys};${part}\u001b\\`;
  });
  return commands.join('');
}

function packed(file: Uint8Array): { keys: string; bytes: Uint8Array } | undefined {
  const pixels = readPixels(file);
  if (!pixels) return undefined;
  return { keys: `f=32,s=${pixels.width},v=${pixels.height},o=z`, bytes: deflateSync(pixels.data) };
}
