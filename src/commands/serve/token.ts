import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { makeFolders } from '../../disk/folder.ts';
import { placeNew } from '../../disk/place.ts';
import { joinPath, readForeign } from '../../disk/surroundings.ts';
import { configFolder } from '../../disk/user-folders.ts';
import { Failure } from '../../errors.ts';
import { shellWord } from '../../report/shell-command.ts';
import { expandHome } from '../../task/home-path.ts';

/** Reads the token that every request needs; makes it where there is none. Throws `validation`. */
export async function readToken(
  { world }: Context,
  named: string | undefined,
): Promise<{ token: string; path: string }> {
  const folder = configFolder(world);
  const path =
    named === undefined
      ? folder && joinPath(world, folder, 'serve-token')
      : resolve(world.cwd, expandHome(named, world.home));
  if (!path) throw unusable('there is no home folder to keep it in', 'Name a file with --token-file');
  const token = read() ?? (await make());
  world.keepSecret(token);
  return { token, path };

  function read(): string | undefined {
    const { text, problem } = readForeign(world, path as string);
    if (problem) throw unusable(problem, 'Name another file with --token-file');
    if (text === undefined) return undefined;
    const found = text.trim();
    if (!/^[\x21-\x7e]{16,512}$/.test(found))
      throw unusable(`${path} holds none: 16 characters or more, without spaces`, 'Remove the file to have one made');
    if (world.platform !== 'win32' && (statSync(path as string).mode & 0o077) !== 0)
      throw unusable(`${path} can be read by other users`, `chmod 600 ${shellWord(path as string, 'linux') ?? 'it'}`);
    return found;
  }

  async function make(): Promise<string> {
    try {
      makeFolders(dirname(path as string), 0o700);
      const temporary = `${path}.${randomBytes(4).toString('hex')}`;
      await writeFile(temporary, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
      if ((await placeNew(temporary, path as string)) === 'taken') await unlink(temporary);
    } catch (error) {
      throw unusable(
        `${path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? error}`,
        'Name another file with --token-file',
      );
    }
    return read() ?? make(); // another server may have made it
  }
}

function unusable(reason: string, hint: string): Failure {
  return new Failure('validation', `no token: ${reason}`, { hint });
}
