import { Failure } from '../errors.ts';

/**
 * The body as it was before the server compressed it, in all of the codings that it names. Nothing here asks for
 * compression; some servers do it all the same. Reading it throws `bad_response` where it cannot be unpacked: another
 * try may bring it whole. An unknown coding counts as none, as in browsers.
 */
export function decoded(body: AsyncIterable<Uint8Array>, codings = ''): AsyncIterable<Uint8Array> {
  const names = codings.toLowerCase().split(/\s*,\s*/);
  return names.reduceRight((packed, name) => {
    return /^(x-)?gzip$|^deflate$|^br$/.test(name) ? unpacked(packed, name) : packed;
  }, body);
}

async function* unpacked(body: AsyncIterable<Uint8Array>, coding: string): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return; // nothing was sent, and nothing has to be unpacked
  const { Readable, pipeline } = await import('node:stream');
  const decoder = await decoderOf(coding, first.value);
  let broken: unknown;
  // pipeline() destroys both ends when one fails; whoever reads the decoder is told of it.
  pipeline(Readable.from(packed()), decoder, () => undefined);
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new Failure('bad_response', 'what was sent cannot be unpacked', {
      retryable: true,
      restart: true,
      cause: error,
    });
  }
  if (broken) throw broken;

  /** Where the connection breaks, what came before is unpacked first. */
  async function* packed(): AsyncGenerator<Uint8Array> {
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value;
    } catch (error) {
      broken = error;
    }
  }
}

/** As lenient as browsers are: the end of a stream may be missing, and `deflate` may have no header of its own. */
async function decoderOf(coding: string, first: Uint8Array) {
  const zlib = await import('node:zlib');
  const { Z_SYNC_FLUSH: finishFlush, BROTLI_OPERATION_FLUSH } = zlib.constants;
  if (coding === 'br') return zlib.createBrotliDecompress({ finishFlush: BROTLI_OPERATION_FLUSH });
  if (coding !== 'deflate') return zlib.createGunzip({ finishFlush });
  const isBare = ((first[0] ?? 0) & 0x0f) !== 8;
  return isBare ? zlib.createInflateRaw({ finishFlush }) : zlib.createInflate({ finishFlush });
}

/**
 * Decodes a text as browsers do: by its byte order mark, which is dropped, else as UTF-8, which all JSON is. Where it
 * cannot be that, by the character set that the server names.
 */
export function textOf(bytes: Uint8Array, contentType = ''): string {
  const [first, second] = bytes;
  const isBigEndian = (first === 0xfe && second === 0xff) || first === 0;
  const isLittleEndian = (first === 0xff && second === 0xfe) || second === 0;
  const coding = isBigEndian ? 'utf-16be' : isLittleEndian ? 'utf-16le' : 'utf-8';
  const named = /;\s*charset="?([^\s";]+)/i.exec(contentType)?.[1] ?? '';
  return decodedAs(coding, bytes, true) ?? decodedAs(named, bytes) ?? new TextDecoder('latin1').decode(bytes);
}

function decodedAs(coding: string, bytes: Uint8Array, fatal = false): string | undefined {
  try {
    return new TextDecoder(coding, { fatal }).decode(bytes);
  } catch {
    return undefined;
  }
}
