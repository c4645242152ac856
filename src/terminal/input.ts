import { Failure, invalid } from '../errors.ts';
import type { Input } from '../world.ts';

/** stdin, opened only when it is read: with a closed descriptor 0 there is none. */
export function createInput(open: () => NodeJS.ReadStream, isTerminal: () => boolean): Input {
  return {
    get isTerminal() {
      return isTerminal();
    },
    get stream() {
      return open();
    },
    async readAll(maxBytes) {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      try {
        for await (const chunk of open() as AsyncIterable<Uint8Array>) {
          bytes += chunk.length;
          if (bytes > maxBytes) throw invalid(`stdin holds more than ${maxBytes} bytes`);
          chunks.push(chunk);
        }
      } catch (error) {
        if (error instanceof Failure) throw error;
        // A closed stdin reads like an empty one.
      }
      return Buffer.concat(chunks);
    },
  };
}
