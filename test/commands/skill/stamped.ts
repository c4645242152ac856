import { createHash } from 'node:crypto';

/** A file as a version of this program leaves it. */
export function stampedBy(version: string, text: string): string {
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text}<!-- written by runapi-imagen ${version}, ${sum} -->\n`;
}
