import {
  appendFile,
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { passUnsupported } from '../../src/disk/append-file.ts';
import { examine, readSaved } from '../../src/disk/examine.ts';
import { leadsOut } from '../../src/disk/folder.ts';
import { folderFlaw } from '../../src/disk/read-text.ts';
import { createTempFile } from '../../src/disk/temp-file.ts';
import { has } from '../support/has.ts';
import { smallPng } from '../support/service.ts';

const isWindows = process.platform === 'win32';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-disk-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function written(folder: string) {
  const temp = await createTempFile(folder);
  await temp.write(Buffer.from('whole'));
  await temp.finish();
  return temp;
}

describe('a temporary file', () => {
  test.each([true, false])('gets its name, over an existing file only if it may: %s', async (overwrite) => {
    const folder = await newFolder();
    const to = join(folder, 'a.png');
    const first = await written(folder);
    expect([await first.place(to, overwrite), await text(first.read()).catch(() => 'closed')]).toEqual([
      'placed',
      'closed',
    ]);
    await writeFile(to, 'mine');
    const second = await written(folder);
    expect(await second.place(to, overwrite)).toBe(overwrite ? 'placed' : 'taken');
    await second.remove();
    expect(await readFile(to, 'utf8')).toBe(overwrite ? 'whole' : 'mine');
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  test('is emptied, written again, and read before it has its name', async () => {
    const folder = await newFolder();
    const temp = await written(folder);
    await temp.restart();
    await temp.write(Buffer.from('other '));
    await temp.write(Buffer.from('bytes'));
    await temp.finish();
    expect(await text(temp.read())).toBe('other bytes');
    expect(await temp.place(join(folder, 'a'), false)).toBe('placed');
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('other bytes');
  });

  const swaps: Array<[string, (path: string, victim: string) => Promise<unknown>]> = [
    ['a link to a file of the user', (path, victim) => unlink(path).then(() => symlink(victim, path))],
    ['another name of it', (path, victim) => unlink(path).then(() => link(victim, path))],
    ['another file', (path) => unlink(path).then(() => writeFile(path, 'whole'))],
    ['a folder', (path) => unlink(path).then(() => mkdir(path))],
    ['nothing', (path) => unlink(path)],
    ['the same file with more in it', (path) => appendFile(path, 'more')],
    ['the same file, cut', (path) => truncate(path, 2)],
  ];

  test.skipIf(isWindows).each(swaps)('that somebody replaced by %s never gets a name', async (_, swap) => {
    const folder = await newFolder();
    const victim = join(folder, 'victim');
    await writeFile(victim, 'mine');
    const temp = await createTempFile(folder);
    await temp.write(Buffer.from('wh'));
    if (!_.startsWith('the same')) await swap(temp.path, victim);
    await temp.write(Buffer.from('ole'));
    await temp.finish();
    if (_.startsWith('the same')) await swap(temp.path, victim);
    for (const overwrite of [true, false]) {
      await expect(temp.place(join(folder, 'a.png'), overwrite)).rejects.toMatchObject({
        code: 'download',
        facts: { hint: expect.stringContaining('--dir') },
      });
    }
    await temp.remove();
    expect(await readFile(victim, 'utf8')).toBe('mine');
    expect(await readdir(folder)).not.toContain('a.png');
  });

  test.skipIf(isWindows)('is not made through a link that waits under its name', async () => {
    const folder = await newFolder();
    const path = join(folder, '.runapi-imagen-000000000000.part');
    await symlink(join(folder, 'victim'), path);
    await expect(createTempFile(folder, path)).rejects.toMatchObject({ code: 'download' });
    expect(await readdir(folder)).toEqual(['.runapi-imagen-000000000000.part']);
  });
});

test.each(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])('%s of a flush is no failed write', (code) => {
  expect(() => passUnsupported(Object.assign(new Error(code), { code }))).not.toThrow();
  expect(() => passUnsupported(Object.assign(new Error('EIO'), { code: 'EIO' }))).toThrow('EIO');
});

describe('files in which a picture is looked for', () => {
  const hash = (content: Buffer) =>
    import('node:crypto').then(({ createHash }) => createHash('sha256').update(content).digest('hex'));

  test('the one that was saved is read, and no other', async () => {
    const folder = await newFolder();
    const picture = smallPng(1);
    const path = join(folder, 'a.png');
    await writeFile(path, picture);
    const sha256 = await hash(picture);
    expect(await examine(path)).toMatchObject({ sha256, bytes: picture.length });
    expect(readSaved(path, sha256, 1e6)).toEqual(picture);
    expect(readSaved(path, sha256, 10)).toBeUndefined();
    await writeFile(path, smallPng(2));
    expect(readSaved(path, sha256, 1e6)).toBeUndefined();
    expect(readSaved(join(folder, 'none'), sha256, 1e6)).toBeUndefined();
    expect(readSaved(folder, sha256, 1e6)).toBeUndefined();
  });

  test.skipIf(isWindows || !has('mkfifo'))(
    'pipes, devices and files full of holes neither hang nor fill anything (needs mkfifo)',
    async () => {
      const folder = await newFolder();
      const [pipe, holes, pngHoles, zero] = ['pipe', 'holes', 'png', 'zero'].map((name) => join(folder, name));
      await execa('mkfifo', [String(pipe)]);
      await writeFile(String(holes), '');
      await truncate(String(holes), 2 ** 40).catch(() => truncate(String(holes), 2 ** 31));
      await writeFile(String(pngHoles), smallPng(1));
      await truncate(String(pngHoles), 2 ** 33).catch(() => undefined);
      await symlink('/dev/zero', String(zero));
      // Whoever reads them to their end does not return before the test is given up.
      for (const path of [pipe, holes, pngHoles, zero, '/dev/null', '/dev/stdin']) {
        expect(await examine(String(path))).toBeUndefined();
        expect(readSaved(String(path), 'x', 1e6)).toBeUndefined();
      }
    },
  );
});

describe.skipIf(isWindows)("other users' folders", () => {
  const uid = process.getuid?.();
  const user = { uid, gid: process.getgid?.() };

  test.each<[number, boolean]>([
    [0o700, true],
    [0o755, true],
    [0o750, true],
    [0o777, false],
    [0o1777, false],
    [0o707, false],
  ])('mode %o: used is %s', async (mode, used) => {
    const folder = await newFolder();
    await chmod(folder, mode);
    expect(folderFlaw(folder, user)).toBe(used ? undefined : `${folder} can be written by other users: chmod go-w it`);
  });

  test('a folder that its group can write is used where the group is this user', async () => {
    const folder = await newFolder();
    await chmod(folder, 0o770);
    const { gid } = await stat(folder);
    expect(folderFlaw(folder, { uid, gid: gid + 1 })).toContain('can be written by other users');
    if (uid === gid) expect(folderFlaw(folder, { uid, gid })).toBeUndefined();
  });

  test('one of another user, or a link to it, is not used; what does not exist may be', async () => {
    const folder = await newFolder();
    const stranger = { uid: 54_321, gid: 54_321 };
    if (uid !== 0) expect(folderFlaw(folder, stranger)).toContain(`${folder} belongs to another user (`);
    else {
      const { chown } = await import('node:fs/promises');
      await chown(folder, 54_322, 54_322);
      expect(folderFlaw(folder, stranger)).toContain(`${folder} belongs to another user (`);
      const linked = join(await newFolder(), 'link');
      await symlink(folder, linked);
      expect(folderFlaw(linked, user)).toBe(`${linked} belongs to another user (54322): run as that user, or chown it`);
    }
    expect(folderFlaw(join(folder, 'none'), stranger)).toBeUndefined();
    expect(folderFlaw('/dev/null/x', stranger)).toBeUndefined();
  });

  test('links out of a folder are followed before anything is written', async () => {
    const folder = await newFolder();
    const outside = await newFolder();
    await mkdir(join(folder, 'in/deep'), { recursive: true });
    await symlink(outside, join(folder, 'out'));
    await symlink(join(folder, 'in'), join(folder, 'back'));
    await symlink('../in', join(folder, 'in/around'));
    const found = ['.', 'in/deep', 'new/deeper', 'back/x', 'in/around/x', 'out', 'out/x', '..', '../x', 'out/../x'];
    expect(found.map((path) => [path, leadsOut(join(folder, path), folder)])).toEqual([
      ['.', false],
      ['in/deep', false],
      ['new/deeper', false],
      ['back/x', false],
      ['in/around/x', false],
      ['out', true],
      ['out/x', true],
      ['..', true],
      ['../x', true],
      ['out/../x', false], // join() has taken the way back
    ]);
    await rename(join(folder, 'in'), join(folder, 'moved'));
    expect(leadsOut(join(folder, 'back/x'), folder)).toBe(false);
  });
});
