import { rmSync } from 'node:fs';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { diskFailure } from '../../disk/disk-failure.ts';
import { examine } from '../../disk/examine.ts';
import { nodeFiles as files } from '../../disk/files.ts';
import { tempPath } from '../../disk/temp-file.ts';
import { invalid } from '../../errors.ts';
import { ApiError } from './api-error.ts';

/** The pictures that clients sent, on disk until the tasks that are made from them have ended. */
export interface SentPictures {
  /** Paths by the digests that name them, as the engine wants them. */
  paths: Map<string, string>;
  /** Saves a picture and returns the digest that names it. Throws `validation` where it is not one. */
  keep(bytes: Uint8Array): Promise<string>;
  /** Removes those that no other request uses. */
  release(names: readonly string[]): void;
}

/** Servers that died left some, which the next server needs to take up their tasks. */
const longestMs = 7 * 24 * 3_600_000;

export async function openSentPictures({ state, stateFlaw, world }: Context): Promise<SentPictures> {
  const folder = join(state ?? '', 'serve-pictures');
  const paths = new Map<string, string>();
  const uses = new Map<string, number>();
  for (const name of state === undefined ? [] : await files.list(folder)) {
    const facts = await files.facts(join(folder, name));
    if (facts && world.clock.now() - facts.writtenMs > longestMs) await files.remove(join(folder, name));
  }

  return {
    paths,
    async keep(bytes) {
      const flaw = `images/edits needs a state folder: ${stateFlaw ?? 'nothing is recorded'}`;
      if (state === undefined) throw new ApiError(501, 'unsupported', flaw);
      const whole = tempPath(folder);
      try {
        await files.makeFolder(folder);
        await writeFile(whole, bytes, { mode: 0o600 });
      } catch (error) {
        throw diskFailure(error, folder);
      }
      const facts = await examine(whole);
      if (!facts) {
        await unlink(whole);
        throw invalid('Invalid image: it is not a whole PNG, JPEG, WebP, GIF or AVIF');
      }
      const path = join(folder, `${facts.sha256}.${facts.mime.replace('image/', '')}`);
      const name = `sha256:${facts.sha256}`;
      uses.set(name, (uses.get(name) ?? 0) + 1); // from here on another request does not remove it
      await rename(whole, path);
      paths.set(name, path);
      return name;
    },
    release(names) {
      for (const name of names) {
        const left = (uses.get(name) ?? 1) - 1;
        uses.set(name, left);
        if (left > 0) continue;
        rmSync(paths.get(name) ?? '', { force: true });
        uses.delete(name);
        paths.delete(name);
      }
    },
  };
}
