import { link, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeNew } from '../../src/disk/place.ts';
import { newMachine } from '../support/program.ts';

test('a name that a network file system gave although it said that it is taken is kept', async () => {
  const { folder } = await newMachine();
  const [from, to] = [join(folder, 'a.part'), join(folder, 'a.png')];
  await writeFile(from, 'a picture');
  await link(from, to); // its answer was lost: the call that is sent again finds the name taken
  expect(await placeNew(from, to)).toBe('placed');
  expect(await readdir(folder)).toEqual(['a.png']);
});

test('a name of another file is taken', async () => {
  const { folder } = await newMachine();
  const [from, to] = [join(folder, 'a.part'), join(folder, 'a.png')];
  await writeFile(from, 'a picture');
  await writeFile(to, 'another');
  expect(await placeNew(from, to)).toBe('taken');
  expect(await readFile(to, 'utf8')).toBe('another');
  expect((await readdir(folder)).sort()).toEqual(['a.part', 'a.png']);
});
