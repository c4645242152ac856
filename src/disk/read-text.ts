import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whoever runs the program, by number; undefined on Windows. */
export interface User {
  uid: number | undefined;
  gid: number | undefined;
}

/** A settings file is some kilobytes. */
export const largestText = 1024 * 1024;

const reasons = {
  folder: 'is a folder, not a file',
  special: 'is not a regular file and was skipped',
  large: 'is larger than 1 MB and was skipped',
  owner: 'belongs to another user and was skipped',
  open: 'can be written by other users and was skipped: chmod go-w it',
  openFolder: 'is in a folder that other users can write and was skipped: chmod go-w the folder',
};

/** A file that is not read; the message follows its path. */
export class TextRefused extends Error {
  override name = 'TextRefused';

  constructor(reason: keyof typeof reasons) {
    super(reasons[reason]);
  }
}

/**
 * Reads a small text file that may hold a key or say where one is sent: a regular file of this user or root that
 * nobody else can write. Pipes and devices are never opened. Throws `TextRefused`, or what the system says.
 */
export function readTrustedText(path: string, user: User): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return undefined;
  refuseSpecial(found);
  const folder = statSync(dirname(path));
  // O_NONBLOCK: a pipe may have taken the file's place.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const opened = fstatSync(file);
    refuseSpecial(opened);
    if (belongsToOther(opened, user) || belongsToOther(folder, user)) throw new TextRefused('owner');
    if (isOpen(opened, user)) throw new TextRefused('open');
    // In a folder like /tmp, with the sticky bit, nobody can replace what is another's.
    if (isOpen(folder, user) && (folder.mode & 0o1000) === 0) throw new TextRefused('openFolder');
    const content = Buffer.alloc(opened.size);
    let length = 0;
    for (let read = 1; read > 0 && length < content.length; length += read)
      read = readSync(file, content, length, content.length - length, null);
    return content.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

function refuseSpecial(found: Stats): void {
  if (found.isDirectory()) throw new TextRefused('folder');
  if (!found.isFile()) throw new TextRefused('special');
  if (found.size > largestText) throw new TextRefused('large');
}

function belongsToOther({ uid }: Stats, user: User): boolean {
  return user.uid !== undefined && uid !== user.uid && uid !== 0;
}

/** A group of the user's own, as Debian and Fedora make for each, has nobody else in it. */
function isOpen({ mode, gid }: Stats, user: User): boolean {
  if (user.uid === undefined) return false;
  const isOwnGroup = gid === user.gid && gid === user.uid;
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isOwnGroup);
}
