import { resolve } from 'node:path';
import { exists } from '../disk/place.ts';
import { parseTemplate, picturePath } from '../image/template.ts';
import type { Target } from '../journal/event.ts';
import type { ImageRequest } from '../request/request.ts';

const extensions = ['png', 'jpg', 'webp', 'gif', 'avif'];

/**
 * Returns the file that makes buying needless under --skip-existing: the name is known beforehand, and the file
 * exists. Undefined where the picture is to be bought.
 * @param now milliseconds since 1970
 */
export async function findExisting(
  request: ImageRequest,
  { output, existing, folder, index, root }: Target,
  now: number,
): Promise<string | undefined> {
  if (existing !== 'skip' || output === '' || output === '-') return undefined;
  if (parseTemplate(output).words.has('task')) return undefined;
  const date = new Date(now).toISOString().slice(0, 10);
  const { prompt, model, aspectRatio: ratio, seed } = request;
  const values = { prompt, model, ratio, seed, task: '', index, date };
  for (const ext of extensions) {
    const name = picturePath(output, { ...values, ext }, { picture: 0, attempt: 1 }, root !== undefined);
    const path = resolve(folder, name);
    if (await exists(path)) return path;
  }
  return undefined;
}
