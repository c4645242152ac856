import { readFile, rename, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newRecords, somePid } from './machine.ts';

test('the same facts give the same names in every process, and others in another record', async () => {
  const records = await newRecords();
  const [one, two] = await Promise.all([1, 2].map((pid) => records.process(somePid + pid).identity()));
  const facts = ['https://runapi.ai', 'batch', 'row', 0];
  expect(one?.keyOf(facts)).toBe(two?.keyOf(facts));
  expect(one?.account('rk_secret')).toBe(two?.account('rk_secret'));
  const other = await (await newRecords()).process(somePid).identity();
  expect(other.keyOf(facts)).not.toBe(one?.keyOf(facts));
  expect(other.account('rk_secret')).not.toBe(one?.account('rk_secret'));
});

test('other facts give other names', async () => {
  const { keyOf, account } = await (await newRecords()).process(somePid).identity();
  const all = [['a', 0], ['a', 1], ['b', 0], ['a0'], [], [null], ['']];
  expect(new Set(all.map(keyOf)).size).toBe(all.length);
  expect(keyOf([])).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(account('rk_secret')).toMatch(/^[0-9a-f]{16}$/);
});

test.each<[string, (salt: string) => string]>([
  ['cut short', (salt) => salt.slice(0, 40)],
  ['of one other digit', (salt) => salt.replace(/[0-8]/, (digit) => String(Number(digit) + 1))],
  ['of zeros', (salt) => salt.replace(/./g, '\0')],
])('a salt that is %s makes no other names: it is refused', async (_, harm) => {
  const records = await newRecords();
  await records.process(somePid).identity();
  await records.process(somePid).run();
  const path = join(records.folder, 'identity/salt');
  await writeFile(path, harm(await readFile(path, 'utf8')));
  await expect(records.process(somePid + 1).identity()).rejects.toMatchObject({
    code: 'internal',
    message: `${path} is damaged: the keys of bought pictures are derived from it`,
  });
});

test('a salt where earlier versions had it is used', async () => {
  const records = await newRecords();
  const account = (await records.process(somePid).identity()).account('x');
  await rename(join(records.folder, 'identity/salt'), join(records.folder, 'salt'));
  await rmdir(join(records.folder, 'identity'));
  expect((await records.process(somePid + 1).identity()).account('x')).toBe(account);
});
