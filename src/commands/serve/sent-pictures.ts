import { rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { diskFailure } from '../../disk/disk-failure.ts';
import { examinePieces } from '../../disk/examine.ts';
import { nodeFiles as files } from '../../disk/files.ts';
import { tempPath } from '../../disk/temp-file.ts';
import { invalid } from '../../errors.ts';
import { ApiError } from './api-error.ts';

/** Servers that died left some, which the next server needs to take up their tasks. */
const longestMs = 7 * 24 * 3_600_000;

export type SentPictures = Awaited<ReturnType<typeof openSentPictures>>;

/** Opens the folder of the pictures that clients sent, which are there until the tasks made from them have ended. */
export async function openSentPictures({ state, stateFlaw, world }: Context) {
  const folder = join(state ?? '', 'serve-pictures');
  /** By the digests that name them, as the engine wants them. */
  const paths = new Map<string, string>();
  const uses = new Map<string, number>();
  for (const name of state === undefined ? [] : await files.list(folder)) {
    const facts = await files.facts(join(folder, name));
    if (facts && world.clock.now() - facts.writtenMs > longestMs) await files.remove(join(folder, name));
  }

  return {
    paths,
    /** Saves a picture and returns the digest that names it. Throws `validation` where it is not one. */
    async keep(bytes: Uint8Array): Promise<string> {
      const flaw = `images/edits needs a state folder: ${stateFlaw ?? 'nothing is recorded'}`;
      if (state === undefined) throw new ApiError(501, 'unsupported', flaw);
      const { sha256, mime } = (await examinePieces([bytes])) ?? noPicture();
      const path = join(folder, `${sha256}.${mime.replace('image/', '')}`);
      const name = `sha256:${sha256}`;
      const whole = tempPath(folder);
      try {
        await files.makeFolder(folder);
        await writeFile(whole, bytes, { mode: 0o600 });
        uses.set(name, (uses.get(name) ?? 0) + 1); // from here on another request does not remove it
        await rename(whole, path);
      } catch (error) {
        throw diskFailure(error, folder);
      }
      paths.set(name, path);
      return name;
    },
    /** Removes those that no other request uses. */
    release(names: readonly string[]): void {
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

function noPicture(): never {
  throw invalid('Invalid image: it is not a whole PNG, JPEG, WebP, GIF or AVIF');
}
