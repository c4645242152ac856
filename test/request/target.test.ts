import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { flagSource, settingSource } from '../../src/request/sources.ts';
import { checkInside, parseTarget } from '../../src/request/target.ts';
import type { Output } from '../../src/world.ts';

const stdout = { isTerminal: false } as Output;
const world = { cwd: resolve('/here'), home: '/home/u', stdout };
const one = { count: 1, areNew: true } as const;

/** Where the pictures go, or what is wrong with the flags. */
function target(flags: object, pictures: Parameters<typeof parseTarget>[2] = one, settings: object = {}): unknown {
  const problems: string[] = [];
  return parseTarget([flagSource(flags), settingSource(settings)], world, pictures, problems) ?? problems;
}

test.each([
  ['the current folder', {}, {}, { folder: resolve('/here'), output: '', existing: 'rename' }],
  ['a folder', { dir: 'shots' }, {}, { folder: resolve('/here/shots'), output: '', existing: 'rename' }],
  ['the home folder', { dir: '~' }, {}, { folder: resolve('/home/u'), output: '', existing: 'rename' }],
  ['a folder in it', {}, { dir: '~/shots' }, { folder: resolve('/home/u/shots'), output: '', existing: 'rename' }],
  [
    'a file in it',
    { output: '~/a.png', overwrite: true },
    {},
    { folder: resolve('/here'), output: '/home/u/a.png', existing: 'overwrite' },
  ],
  [
    "a folder named like another user's home",
    { dir: './~root' },
    {},
    { folder: resolve('/here/~root'), output: '', existing: 'rename' },
  ],
  [
    'a template with a sidecar',
    { output: '{prompt}.{ext}', skipExisting: true, sidecar: true },
    {},
    { folder: resolve('/here'), output: '{prompt}.{ext}', existing: 'skip', sidecar: true },
  ],
  ['stdout', { output: '-' }, {}, { folder: resolve('/here'), output: '-', existing: 'rename' }],
])('takes %s', (_, flags, settings, expected) => {
  expect(target(flags, one, settings)).toEqual(expected);
});

test('a folder gets the usual name in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'target-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'shots'));
  const parsed = parseTarget([flagSource({ output: 'shots' })], { ...world, cwd: folder }, one, []);
  expect(parsed).toMatchObject({ folder, output: 'shots/' });
});

const neverSkips =
  '--skip-existing would never skip a file named {prompt}-{task}.{ext}: {task} is new with each purchase. Name files without it, such as --output "{prompt}.{ext}"';

test.each([
  [{ dir: ' ' }, one, ['--dir is empty']],
  [{ output: '' }, one, ['--output is empty']],
  [
    { dir: '~root', output: '~alice/x.png' },
    one,
    [
      'Invalid --dir "~root": write the path out, or begin with ./',
      'Invalid --output "~alice/x.png": write the path out, or begin with ./',
    ],
  ],
  [
    { output: '{taks}.png', overwrite: true, skipExisting: true },
    one,
    [
      'Invalid --output "{taks}.png": unknown word {taks}; did you mean {task}? The words are {prompt} {task} {model} {ratio} {seed} {index} {date} {ext}',
      '--overwrite and --skip-existing cannot be used together',
    ],
  ],
  [
    { output: '-', json: true, download: false, sidecar: true },
    { count: 3, areNew: true },
    [
      '--json and --output - both write to stdout: save to a file, or leave out --json',
      '--output - takes one picture, not 3',
      '--output - needs the picture: leave out --no-download',
      '--sidecar needs a picture file: leave out --output -',
    ],
  ],
  [
    { output: 'a.png', overwrite: true },
    { count: 'many', areNew: true },
    ['--overwrite would keep only one of many pictures: put {index} or {task} into --output'],
  ],
  [{ skipExisting: true }, one, [neverSkips]],
] as const)('refuses %j', (flags, pictures, problems) => {
  expect(target(flags, pictures)).toEqual(problems);
});

test('a task that is known already may have its id in a name that is looked for', () => {
  expect(target({ skipExisting: true }, { count: 1, areNew: false })).toMatchObject({ existing: 'skip' });
});

test('image bytes do not go to a terminal', () => {
  const problems: string[] = [];
  const there = { ...world, stdout: { ...stdout, isTerminal: true } };
  parseTarget([flagSource({ output: '-' })], there, one, problems);
  expect(problems).toEqual(['--output - would write image bytes to the terminal: pipe it, or name a file']);
});

test.each([
  ['a.png', true],
  ['sub/{prompt}', true],
  ['~/shots/a.png', true],
  ['a/../b.png', true],
  ['..png', true],
  ['../a.png', false],
  ['a/../../b.png', false],
  ['..\\a.png', false],
  ['/etc/a.png', false],
  ['C:\\a.png', false],
  ['~/a.png', false],
  ['-', false],
])('a row that names %j stays in its folder: %s', (output, inside) => {
  const problems: string[] = [];
  checkInside(output, resolve('/home/u/shots'), resolve('/home/u'), 'output', problems);
  expect(problems).toEqual(
    inside ? [] : [`Invalid output ${JSON.stringify(output)}: it leaves the folder; name a file in it`],
  );
});
