import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { parseTemplate, picturePath } from '../image/template.ts';
import type { Engine, Wanted } from '../paid-task/engine.ts';
import { namedBy } from '../paid-task/existing.ts';
import { pathsOf } from '../paid-task/input-pictures.ts';

/**
 * Tells where --overwrite would replace a picture by the one that is made from it. The source would be lost, --again
 * could not repeat the request, and a batch would buy the picture anew with each run. Undefined where all is well.
 */
export function ownSourceReason(engine: Engine, { request, target }: Wanted): string | undefined {
  const { output, mark, existing, folder, root } = target;
  if (existing !== 'overwrite' || output === '-' || parseTemplate(output || '{task}').words.has('task'))
    return undefined;
  for (const source of Object.values(pathsOf(engine, request) ?? {})) {
    const values = { ...namedBy({ target, request }, engine.clock.now()), ext: extname(source).slice(1) };
    const name = picturePath({ output, mark }, values, { picture: 0, attempt: 1 }, root !== undefined);
    if (isSameFile(resolve(folder, name), source))
      return `--overwrite would replace ${name}, which the picture is made from: name another file`;
  }
  return undefined;
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
