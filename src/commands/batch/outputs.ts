import { hash } from 'node:crypto';
import { basename, dirname, extname, join, posix, relative, resolve, sep } from 'node:path';
import { parseTemplate, picturePath } from '../../image/template.ts';
import type { Target } from '../../journal/event.ts';
import { namedBy } from '../../paid-task/existing.ts';
import type { Shard } from '../../paid-task/row-key.ts';
import { nameOf } from '../../paid-task/take-up.ts';
import type { ImageRequest } from '../../request/request.ts';

/** An output that one entry makes and no other. */
export interface Output {
  /** Its path from the folder of the lock file, without the extension: that is known only with the bytes. */
  slot: string;
  /** Names what was asked for. */
  hash: string;
}

/** The outputs of a file whose names do not change from one run to the next. */
export type Outputs = ReturnType<typeof createOutputs>;

/** @param isLocked the outputs must be in the folder, that of the lock file */
export function createOutputs(folder: string, isLocked: boolean) {
  const places = new Map<string, { place: string; index: number; hash: string }>();
  return {
    /** Registers the output of a task; the file may be read again. Returns what is wrong with it instead. */
    add(place: string, request: ImageRequest, target: Target): Output | string {
      if (target.output === '') return 'output is missing: name the file, such as output: fox.png';
      const changing = [...parseTemplate(target.output).words].find((word) => passing.has(word));
      if (changing)
        return `the output ${target.output} has {${changing}}, which is not the same in each run; use {prompt}, {model}, {ratio} or {seed}`;
      const isOwn = target.root !== undefined;
      const values = { ...namedBy({ target, request }, 0), ext: 'png' };
      const path = picturePath({ output: target.output }, values, { picture: 0, attempt: 1 }, isOwn);
      const slot = slotOfFile(
        isOwn && target.folder === folder ? posix.normalize(path) : pathFrom(folder, resolve(target.folder, path)),
      );
      if (isLocked && /^\.\.\/|^\/|^[a-z]:/i.test(slot))
        return `the output ${slot} is outside of the folder of the lock file`;
      const name = sameName(slot);
      const other = places.get(name);
      const hash = hashOf(request);
      if (other && other.index !== target.index)
        return other.place === place && other.hash === hash
          ? `the output ${slot} is that of several pictures, which count makes: use seeds instead, such as seed 1,2 and output ${slot}-{seed}.png`
          : `the output ${slot} is that of ${other.place}, too: give each picture a file of its own`;
      places.set(name, { place, index: target.index, hash });
      return { slot, hash };
    },
    has: (slot: string): boolean => places.has(sameName(slot)),
    /** Pictures to make others from, a line each: their paths count from the folder, too. */
    fromFolder: (images: string): string =>
      images.replace(/^(?!~|\w+:\/\/|task:|sha256:).+$/gm, (path) => resolve(folder, path.trim())),
  };
}

const passing = new Set<string>(['task', 'index', 'date']);

/** Some file systems take two names for one that differ in case or in the form of a letter. */
function sameName(slot: string): string {
  return slot.normalize('NFC').toLowerCase();
}

/** A path as the lock file writes it. */
export function pathFrom(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, '/');
}

export function slotOfFile(path: string): string {
  return path.replace(/\.(png|jpe?g|webp|gif|avif)$/i, '');
}

/** Where the service calls back changes nothing of the picture. */
function hashOf({ callbackUrl: _, ...request }: ImageRequest): string {
  return hash('sha256', nameOf(request as ImageRequest), 'buffer').toString('hex', 0, 8);
}

/** `images.lock.jsonl` beside `images.yaml`; of a shard `images.lock.1-of-4.jsonl`. */
export function lockPath(manifest: string, shard?: Shard): string {
  const stem = basename(manifest, extname(manifest));
  const part = shard ? `.${shard.index}-of-${shard.of}` : '';
  return join(dirname(manifest), `${stem}.lock${part}.jsonl`);
}
