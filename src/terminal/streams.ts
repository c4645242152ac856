import { fstatSync, writeSync } from 'node:fs';
import { Failure, invalid } from '../errors.ts';
import type { Input, Output } from '../world.ts';

/**
 * Creates stdout or stderr. When its reader goes away, nothing fails: what is written from then on is dropped.
 * @param descriptor 1 or 2
 * @param open creates the stream at its first use, because that takes longer than most of a start
 * @param redact removes secrets from a text
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

  /** Returns what is left to be written. */
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

/** A file or a pipe is not a terminal: then the stream need not be created to ask it. */
function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return true;
  }
}

/** Creates stdin, opened only when it is read: descriptor 0 may be closed. */
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
        // A closed stdin counts as empty.
      }
      return Buffer.concat(chunks);
    },
  };
}
