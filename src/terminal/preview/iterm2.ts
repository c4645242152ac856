import type { Cells } from './cells.ts';

/** The file as it is, in the protocol of iTerm2. Source: iterm2.com/documentation-images.html */
export function iterm2(file: Uint8Array, { columns }: Cells): string {
  const facts = `inline=1;size=${file.length};width=${columns};preserveAspectRatio=1`;
  return `\u001b]1337;File=${facts}:${Buffer.from(file).toString('base64')}\u0007`;
}
