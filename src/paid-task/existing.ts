import { resolve } from 'node:path';
import { exists } from '../disk/place.ts';
import { parseTemplate, picturePath } from '../image/template.ts';
import type { Target } from '../journal/event.ts';
import type { ImageRequest } from '../request/request.ts';

const extensions = ['png', 'jpg', 'webp', 'gif', 'avif'];

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
  const { output, mark, existing, folder, index } = target;
  if (existing !== 'skip' || output === '' || output === '-') return undefined;
  const { words } = parseTemplate(output);
  if (task === undefined && words.has('task')) return undefined;
  if (!request && (['prompt', 'model', 'ratio', 'seed'] as const).some((word) => words.has(word))) return undefined;
  const date = new Date(now).toISOString().slice(0, 10);
  const { prompt = '', model = '', aspectRatio: ratio, seed } = request ?? {};
  const values = { prompt, model, ratio, seed, task: task ?? '', index, date };
  for (const ext of extensions) {
    const name = picturePath(
      { output, mark },
      { ...values, ext },
      { picture: 0, attempt: 1 },
      target.root !== undefined,
    );
    const path = resolve(folder, name);
    if (await exists(path)) return path;
  }
  return undefined;
}
