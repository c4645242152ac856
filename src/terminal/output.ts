import type { Output } from '../world.ts';

/**
 * One of the process' two streams. A reader that went away ends nothing: what is written from then on is dropped.
 * @param open the stream, made with its first use: that takes longer than most of a start
 * @param redact takes out of a text what nobody may see
 */
export function createOutput(open: () => NodeJS.WriteStream, redact: (text: string) => string): Output {
  let opened: NodeJS.WriteStream | undefined;
  let closed = false;
  let fault: Error | undefined;

  function stream(): NodeJS.WriteStream {
    opened ??= open().on('error', fail);
    return opened;
  }

  function fail(error: NodeJS.ErrnoException): void {
    closed = true;
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') fault ??= error;
  }

  function write(content: string | Uint8Array): Promise<void> {
    if (closed || stream().destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      stream().write(content, (error) => {
        if (error) fail(error);
        resolve();
      });
      if (closed) resolve();
    });
  }

  return {
    get isTerminal() {
      return stream().isTTY === true;
    },
    columns: () => (stream().isTTY ? (stream().columns ?? 0) : 0),
    write: (text) => write(redact(text)),
    writeBytes: write,
    isClosed: () => closed || stream().destroyed,
    fault: () => fault,
    get stream() {
      return stream();
    },
  };
}
