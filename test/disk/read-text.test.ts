import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readTrustedText } from '../../src/disk/read-text.ts';

const user = { uid: process.getuid?.(), gid: process.getgid?.() };

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'read-text-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function fileOf(mode: number): Promise<string> {
  const path = join(await newFolder(), 'config.json');
  await writeFile(path, 'text');
  await chmod(path, mode);
  return path;
}

describe.skipIf(process.platform === 'win32')('a settings file (needs modes)', () => {
  test.each([0o600, 0o644, 0o400])('of mode %o is read', async (mode) => {
    expect(readTrustedText(await fileOf(mode), user)).toBe('text');
  });

  test.each([0o666, 0o602])('of mode %o, which others can write, is not', async (mode) => {
    const path = await fileOf(mode);
    expect(() => readTrustedText(path, user)).toThrow('can be written by other users and was skipped');
  });

  test('may be written by a group that is the user alone', async () => {
    const path = await fileOf(0o664);
    const { uid = 0 } = user;
    if (user.gid === uid) expect(readTrustedText(path, user)).toBe('text');
    expect(() => readTrustedText(path, { uid, gid: 4711 })).toThrow('can be written by other users');
  });

  test('in a folder that others can write is not read, unless the folder is sticky', async () => {
    const path = await fileOf(0o600);
    await chmod(join(path, '..'), 0o777);
    expect(() => readTrustedText(path, user)).toThrow('is in a folder that other users can write');
    await chmod(join(path, '..'), 0o1777);
    expect(readTrustedText(path, user)).toBe('text');
  });

  test("of another user is not read, root's is", async () => {
    const path = await fileOf(0o600);
    if (user.uid !== 0) {
      expect(() => readTrustedText(path, { uid: 4711, gid: 4711 })).toThrow('belongs to another user');
      return;
    }
    expect(readTrustedText(path, { uid: 4711, gid: 4711 })).toBe('text');
    await chown(path, 4711, 4711);
    expect(() => readTrustedText(path, user)).toThrow('belongs to another user and was skipped');
  });

  test('behind a link is judged by what the link leads to', async () => {
    const link = join(await newFolder(), 'config.json');
    await symlink(await fileOf(0o666), link);
    expect(() => readTrustedText(link, user)).toThrow('can be written by other users');
  });

  test('that is a pipe, a device or a folder is told at once', async () => {
    const pipe = join(await newFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => readTrustedText(pipe, user)).toThrow('is not a regular file and was skipped');
    expect(() => readTrustedText('/dev/zero', user)).toThrow('is not a regular file and was skipped');
    const folder = join(await newFolder(), 'config.json');
    await mkdir(folder);
    expect(() => readTrustedText(folder, user)).toThrow('is a folder, not a file');
  });
});

test('a settings file of a gigabyte is not read, however little of it is on disk', async () => {
  const path = await fileOf(0o600);
  await truncate(path, 2 ** 30);
  expect(() => readTrustedText(path, user)).toThrow('is larger than 1 MB and was skipped');
});

test('a settings file that does not exist is nothing', async () => {
  expect(readTrustedText(join(await newFolder(), 'no', 'file'), user)).toBeUndefined();
});
