import type { Output } from '../world.ts';

/**
 * One of the process' two streams. A reader that went away ends nothing: what is written from then on is dropped.
 * @param redact takes out of a text what nobody may see
 */
export function createOutput(stream: NodeJS.WriteStream, redact: (text: string) => string): Output {
  let closed = false;
  stream.on('error', () => {
    closed = true; // EPIPE, and whatever else makes the stream useless
  });

  function write(content: string | Uint8Array): Promise<void> {
    if (closed || stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      stream.write(content, () => resolve());
      if (closed) resolve();
    });
  }

  return {
    isTerminal: stream.isTTY === true,
    columns: () => (stream.isTTY ? (stream.columns ?? 0) : 0),
    write: (text) => write(redact(text)),
    writeBytes: write,
    isClosed: () => closed || stream.destroyed,
    stream,
  };
}
