import { fstatSync, writeSync } from 'node:fs';
import type { Output } from '../world.ts';

/**
 * One of the process' two streams. A reader that went away ends nothing: what is written from then on is dropped.
 * @param descriptor 1 or 2
 * @param open the stream, made with its first use: that takes longer than most of a start
 * @param redact takes out of a text what nobody may see
 */
export function createOutput(
  descriptor: number,
  open: () => NodeJS.WriteStream,
  redact: (text: string) => string,
): Output {
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

  /** Answers what is left to be written. */
  function writeNow(bytes: Uint8Array): Uint8Array {
    try {
      return bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') fail(error as NodeJS.ErrnoException);
      return bytes;
    }
  }

  const isTerminal = (): boolean => isDevice(descriptor) && stream().isTTY === true;

  return {
    get isTerminal() {
      return isTerminal();
    },
    columns: () => (isTerminal() ? (stream().columns ?? 0) : 0),
    write: (text) => write(redact(text)),
    async writeShort(text) {
      if (closed || opened || isDevice(descriptor)) return write(redact(text));
      const left = writeNow(Buffer.from(redact(text)));
      if (left.length > 0) await write(left);
    },
    writeBytes: write,
    isClosed: () => closed || opened?.destroyed === true,
    fault: () => fault,
    get stream() {
      return stream();
    },
  };
}

/** A file and a pipe are none: then nobody has to ask their stream, which would have to be made. */
function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return true;
  }
}
