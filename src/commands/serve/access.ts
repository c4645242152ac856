import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { makeFolders } from '../../disk/folder.ts';
import { placeNew } from '../../disk/place.ts';
import { joinPath, readForeign } from '../../disk/surroundings.ts';
import { configFolder } from '../../disk/user-folders.ts';
import { Failure } from '../../errors.ts';
import { shellWord } from '../../report/shell-command.ts';
import { expandHome } from '../../task/home-path.ts';
import type { World } from '../../world.ts';
import { ApiError } from './api-error.ts';

/** Refuses what a web page could have a browser send: a name that only resolves to this machine, or a foreign origin. */
export function checkSender({ headers }: IncomingMessage, listening: string): void {
  const { host = '', origin } = headers;
  if (!isOwnHost(host, listening))
    throw new ApiError(403, 'forbidden_host', 'This Host is not served. Use the address that serve printed');
  if (origin !== undefined && origin !== `http://${host}`)
    throw new ApiError(403, 'forbidden_origin', 'Requests of web pages are not served');
}

function isOwnHost(host: string, listening: string): boolean {
  const [, name = ''] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
  if (['127.0.0.1', 'localhost', '::1', listening.toLowerCase()].includes(bare)) return true;
  // A server that listens everywhere is called by whatever address the machine has, but by no name.
  return (listening === '0.0.0.0' || listening === '::') && isIP(bare) !== 0;
}

/** Throws where the request does not carry the token. */
export function checkToken({ headers }: IncomingMessage, token: string): void {
  const [, sent] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (sent === undefined || !isSame(sent, token))
    throw new ApiError(401, 'invalid_api_key', 'Incorrect API key: use the token in the file that serve names');
}

/** Takes the same time for every text. */
export function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** Reads the token that every request needs; makes it where there is none. Throws `validation`. */
export async function readToken(world: World, named: string | undefined): Promise<{ token: string; path: string }> {
  const folder = configFolder(world);
  const usual = folder && joinPath(world, folder, 'serve-token');
  const path = named === undefined ? usual : resolve(world.cwd, expandHome(named, world.home));
  if (!path) throw unusable('there is no home folder to keep it in', 'Name a file with --token-file');
  const token = tokenIn(world, path) ?? (await makeToken(world, path));
  world.keepSecret(token);
  return { token, path };
}

function tokenIn(world: World, path: string): string | undefined {
  const { text, problem } = readForeign(world, path);
  if (problem) throw unusable(problem, 'Name another file with --token-file');
  if (text === undefined) return undefined;
  const found = text.trim();
  if (!/^[\x21-\x7e]{16,512}$/.test(found))
    throw unusable(`${path} holds none: 16 characters or more, without spaces`, 'Remove the file to have one made');
  if (world.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw unusable(`${path} can be read by other users`, `chmod 600 ${shellWord(path, 'linux') ?? 'it'}`);
  return found;
}

async function makeToken(world: World, path: string): Promise<string> {
  try {
    makeFolders(dirname(path), 0o700);
    const temporary = `${path}.${randomBytes(4).toString('hex')}`;
    await writeFile(temporary, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    if ((await placeNew(temporary, path)) === 'taken') await unlink(temporary);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? error;
    throw unusable(`${path} cannot be written: ${reason}`, 'Name another file with --token-file');
  }
  return tokenIn(world, path) ?? ''; // another server may have made it
}

function unusable(reason: string, hint: string): Failure {
  return new Failure('validation', `no token: ${reason}`, { hint });
}
