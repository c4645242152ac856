import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
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
  owner: 'belongs to another user and was skipped: run as that user, or chown it',
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
  if (!statSync(path, { throwIfNoEntry: false })) return undefined;
  const folder = statSync(dirname(path));
  const { file, facts } = openRegular(path, largestText);
  try {
    if (belongsToOther(facts, user) || belongsToOther(folder, user)) throw new TextRefused('owner');
    if (isOpen(facts, user)) throw new TextRefused('open');
    // In a folder like /tmp, with the sticky bit, nobody can replace what is another's.
    if (isOpen(folder, user) && (folder.mode & 0o1000) === 0) throw new TextRefused('openFolder');
    const content = Buffer.alloc(facts.size);
    let length = 0;
    for (let read = 1; read > 0 && length < content.length; length += read)
      read = readSync(file, content, length, content.length - length, null);
    return content.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * Opens a regular file of at most so many bytes for reading; whoever calls closes it. Pipes and devices are never
 * opened: that can hang, or do something. Throws `TextRefused`, or what the system says.
 */
export function openRegular(path: string, mostBytes: number): { file: number; facts: Stats } {
  refuseSpecial(statSync(path), mostBytes);
  // O_NONBLOCK: a pipe may have taken the file's place.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const facts = fstatSync(file);
    refuseSpecial(facts, mostBytes);
    return { file, facts };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/**
 * Tells why a folder of this program must not be used: it belongs to another user, or others can write it. Undefined
 * where it may be, or does not exist yet.
 */
export function folderFlaw(path: string, user: User): string | undefined {
  const named = existing(() => lstatSync(path));
  if (!named) return undefined;
  const found = existing(() => statSync(path)) ?? named;
  const foreign = [named, found].find((facts) => belongsToOther(facts, user));
  if (foreign) return `${path} belongs to another user (${foreign.uid}): run as that user, or chown it`;
  return isOpen(found, user) ? `${path} can be written by other users: chmod go-w it` : undefined;
}

/** What cannot be looked at is told by whoever wants to use it. */
function existing(look: () => Stats): Stats | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function refuseSpecial(found: Stats, mostBytes: number): void {
  if (found.isDirectory()) throw new TextRefused('folder');
  if (!found.isFile()) throw new TextRefused('special');
  if (found.size > mostBytes) throw new TextRefused('large');
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
