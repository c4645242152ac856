import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** The first bytes of files that spreadsheets keep for themselves: zip (xlsx, ods, numbers) and the older xls. */
const spreadsheets = [Buffer.from('PK\u0003\u0004'), Buffer.from([0xd0, 0xcf, 0x11, 0xe0])];
const utf16Marks = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/**
 * Tells why a file is not UTF-8 text, read in constant memory; undefined where it is. What Excel and PowerShell 5 write
 * by default is not: read as UTF-8 it would be prompts of rubbish, each of them paid for.
 */
export async function textFault(path: string): Promise<string | undefined> {
  const first = await firstBytes(path);
  const begins = (mark: Buffer): boolean => first.subarray(0, mark.length).equals(mark);
  if (spreadsheets.some(begins)) return 'is a spreadsheet or an archive, not text';
  if (utf16Marks.some(begins)) return 'is UTF-16 text, not UTF-8';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      // UTF-16 of plain letters, without its mark, is UTF-8 all the same.
      if (chunk.includes(0)) return 'is not UTF-8 text';
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return 'is not UTF-8 text';
    throw error;
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
