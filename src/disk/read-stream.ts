import { constants, createReadStream, openSync, statSync } from 'node:fs';

/**
 * Reads a file or a pipe, chunk by chunk. Opening a named pipe that nobody writes to blocks a thread of Node's, which
 * then keeps even a signal from ending the process: such a pipe is watched, as a socket is.
 */
export async function readStream(path: string): Promise<AsyncIterable<Buffer>> {
  if (!statSync(path).isFIFO()) return createReadStream(path);
  const { Socket } = await import('node:net');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}
