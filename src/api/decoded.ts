import { Failure } from '../errors.ts';
import type { HttpAnswer } from './transport.ts';

/**
 * The body as it was before the server compressed it. Nothing here asks for compression; some servers do it all the
 * same. Reading it throws `bad_response` where it cannot be unpacked: another try may bring it whole.
 */
export async function decoded(answer: HttpAnswer): Promise<AsyncIterable<Uint8Array>> {
  const coding = answer.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (coding === 'identity') return answer.body;
  const { createGunzip, createInflate, createBrotliDecompress } = await import('node:zlib');
  const { Readable, pipeline } = await import('node:stream');
  const decoders: Record<string, (() => NodeJS.ReadWriteStream) | undefined> = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  const decoder = decoders[coding]?.();
  if (!decoder) return answer.body;
  // pipeline() destroys both ends when one fails; whoever reads the decoder is told of it.
  pipeline(Readable.from(answer.body), decoder, () => undefined);
  return unpacked(decoder as unknown as AsyncIterable<Uint8Array>);
}

async function* unpacked(decoder: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* decoder;
  } catch (error) {
    if (error instanceof Failure) throw error; // the connection broke
    throw new Failure('bad_response', 'what was sent cannot be unpacked', {
      retryable: true,
      restart: true,
      cause: error,
    });
  }
}
