import { createReadStream } from 'node:fs';

/**
 * Whether all of a file is UTF-8 text, read in constant memory. What PowerShell 5 (UTF-16) and Excel (the code page of
 * the country) write by default is not: read as UTF-8 it would be prompts of rubbish, each of them paid for.
 */
export async function isUtf8(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      // UTF-16 of plain letters, without its mark, is UTF-8 all the same.
      if (chunk.includes(0)) return false;
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
