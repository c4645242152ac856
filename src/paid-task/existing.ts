import { resolve } from 'node:path';
import { exists } from '../disk/place.ts';
import { pictureExtensions } from '../image/file-name.ts';
import { parseTemplate, picturePath } from '../image/template.ts';
import type { Target } from '../journal/event.ts';
import type { ImageRequest } from '../request/request.ts';
import { localDay } from '../task/moment.ts';

/** A picture of which the name may be known beforehand. */
export interface Nameable {
  target: Target;
  /** Undefined for a task of another machine. */
  request: ImageRequest | undefined;
  /** The task's id, where there is one already. */
  task?: string | undefined;
}

/**
 * Returns the file that makes a picture needless under --skip-existing: the name is known beforehand, and the file
 * exists. Undefined where the picture is wanted.
 * @param now milliseconds since 1970
 */
export async function findExisting({ target, request, task }: Nameable, now: number): Promise<string | undefined> {
  const { output, mark, existing, folder } = target;
  if (existing !== 'skip' || output === '' || output === '-') return undefined;
  const { words } = parseTemplate(output);
  if (task === undefined && words.has('task')) return undefined;
  if (!request && (['prompt', 'model', 'ratio', 'seed'] as const).some((word) => words.has(word))) return undefined;
  for (const ext of pictureExtensions) {
    const values = { ...namedBy({ target, request, task }, now), ext };
    const name = picturePath({ output, mark }, values, { picture: 0, attempt: 1 }, target.root !== undefined);
    const path = resolve(folder, name);
    if (await exists(path)) return path;
  }
  return undefined;
}

/** Returns what a picture's name may say, but for the ending. */
export function namedBy({ target, request, task = 'task' }: Nameable, now: number) {
  const { prompt = '', model = '', aspectRatio: ratio, seed } = request ?? {};
  return { prompt, model, ratio, seed, task, index: target.index, date: localDay(now) };
}
