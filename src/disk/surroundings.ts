import { posix, win32 } from 'node:path';
import type { Surroundings } from '../world.ts';
import { largestText, TextRefused } from './read-text.ts';

/** Joins as the given platform writes paths, which in a test is not always that of this machine. */
export function joinPath({ platform }: Pick<Surroundings, 'platform'>, ...parts: string[]): string {
  return (platform === 'win32' ? win32 : posix).join(...parts);
}

/** The folder that an XDG variable names, on every platform. By the specification a relative one is ignored. */
export function xdgFolder(
  { env, platform }: Pick<Surroundings, 'env' | 'platform'>,
  variable: 'XDG_CONFIG_HOME' | 'XDG_STATE_HOME',
): string | undefined {
  const { isAbsolute } = platform === 'win32' ? win32 : posix;
  const named = env[variable];
  return named && isAbsolute(named) ? named : undefined;
}

/** Neither field is set where there is no such file. */
export interface Reading {
  text?: string;
  /** One line, never a word of the file itself: it may hold keys. */
  problem?: string;
}

/**
 * Reads a settings file, without its BOM. Never throws: a file that is wrong must not stop somebody who keeps the key
 * elsewhere.
 */
export function readForeign(surroundings: Surroundings, path: string): Reading {
  try {
    const text = surroundings.readText(path);
    if (text === undefined) return {};
    if (text.length > largestText) return { problem: `${path} ${new TextRefused('large').message}` };
    // UTF-16, which PowerShell writes, is full of NUL when it is read as UTF-8; so is a binary file.
    if (text.includes('\0')) return { problem: `${path} is not UTF-8 text: save it as UTF-8` };
    return { text: text.replace(/^\uFEFF/, '') };
  } catch (error) {
    if (error instanceof TextRefused) return { problem: `${path} ${error.message}` };
    const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error');
    // ENOTDIR: a service's home is often /dev/null, and nothing lies under that.
    if (code === 'ENOENT' || code === 'ENOTDIR') return {};
    const reason = code === 'EACCES' || code === 'EPERM' ? ': permission denied' : ` (${code})`;
    return { problem: `${path} cannot be read${reason}` };
  }
}
