import { posix, win32 } from 'node:path';

/** What the program may know of the machine that it runs on, handed in at the front door. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  /** The user's home folder; a service may have none. */
  home: string | undefined;
  /** Undefined where the file does not exist; throws where it exists and cannot be read (EACCES, EISDIR, …). */
  readText(path: string): string | undefined;
}

/** Joined as the handed-in platform writes paths, which in a test is not always this machine's. */
export function joinPath({ platform }: Pick<Surroundings, 'platform'>, ...parts: string[]): string {
  return (platform === 'win32' ? win32 : posix).join(...parts);
}

/** The folder that an XDG variable names, on every platform. Their specification has relative ones ignored. */
export function xdgFolder(
  { env, platform }: Pick<Surroundings, 'env' | 'platform'>,
  variable: 'XDG_CONFIG_HOME' | 'XDG_STATE_HOME',
): string | undefined {
  const { isAbsolute } = platform === 'win32' ? win32 : posix;
  const named = env[variable];
  return named && isAbsolute(named) ? named : undefined;
}

export interface Reading {
  text: string | undefined;
  /** One line, never a word of the file itself: it may hold keys. */
  problem: string | undefined;
}

/**
 * Reads a settings file of another program, without its BOM. Never throws: whatever is wrong with a foreign
 * file must not stop somebody who keeps the key elsewhere. Neither field is set where there is no such file.
 */
export function readForeign(surroundings: Surroundings, path: string): Reading {
  let text: string | undefined;
  try {
    text = surroundings.readText(path);
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error');
    // ENOTDIR: a service's home is often /dev/null, and nothing lies under that.
    if (code === 'ENOENT' || code === 'ENOTDIR') return { text: undefined, problem: undefined };
    return {
      text: undefined,
      problem: `${path} ${reasons[code] ?? `cannot be read (${code})`}`,
    };
  }
  if (text === undefined) return { text, problem: undefined };
  if (text.length > longest)
    return {
      text: undefined,
      problem: `${path} is larger than 1 MB and was skipped`,
    };
  // UTF-16, which PowerShell writes, read as UTF-8 is full of NUL; so is a binary file.
  if (text.includes('\0'))
    return {
      text: undefined,
      problem: `${path} is not UTF-8 text: save it as UTF-8`,
    };
  return { text: text.replace(/^\uFEFF/, ''), problem: undefined };
}

const longest = 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read: no permission',
  EPERM: 'cannot be read: no permission',
  EISDIR: 'is a folder where a file should be',
};
