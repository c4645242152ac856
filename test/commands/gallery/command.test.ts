import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { remember } from '../../support/record.ts';

test('writes gallery.html into the current folder and prints its path', async () => {
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'a mug' }]);
  const { stdout, stderr, exitCode } = await run(machine, ['gallery']);
  expect({ stdout, stderr, exitCode }).toEqual({
    stdout: join(machine.folder, 'gallery.html'),
    stderr: '',
    exitCode: 0,
  });
  expect(await filesIn(machine.folder)).toEqual(['gallery.html', 'picture-0.png']);
});

test('tells scripts what is in it', async () => {
  const machine = await newMachine();
  await remember(machine, [{}, {}, { how: 'failed' }]);
  const { stdout } = await run(machine, ['gallery', '--json', '--output', 'pages/all.html']);
  const path = join(machine.folder, 'pages/all.html');
  const { size } = await stat(path);
  expect(JSON.parse(stdout)).toEqual({ path, pictures: 2, missing: 0, embedded: true, bytes: size });
});

test('replaces a gallery of its own, and no other file unasked', async () => {
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'a mug' }]);
  expect((await run(machine, ['gallery'])).exitCode).toBe(0);
  expect((await run(machine, ['gallery'])).exitCode).toBe(0);
  await writeFile(join(machine.folder, 'gallery.html'), '<!doctype html><title>mine</title>');
  const { stdout, stderr, exitCode } = await run(machine, ['gallery']);
  expect({ stdout, stderr, exitCode }).toEqual({
    stdout: '',
    stderr: `error: ${join(machine.folder, 'gallery.html')} exists and is no gallery: name another file with --output, or add --overwrite.\nNothing was sent. --help lists the flags`,
    exitCode: 4,
  });
  expect(await readFile(join(machine.folder, 'gallery.html'), 'utf8')).toContain('mine');
  expect((await run(machine, ['gallery', '--overwrite'])).exitCode).toBe(0);
});

test('puts a page into a folder that is named', async () => {
  const machine = await newMachine();
  await remember(machine, [{}]);
  await mkdir(join(machine.folder, 'pages'));
  const { stdout } = await run(machine, ['gallery', '-o', 'pages']);
  expect(stdout).toBe(join(machine.folder, 'pages/gallery.html'));
});

test('refers to the pictures by their way from the page with --link', async () => {
  const machine = await newMachine();
  await remember(machine, [{ file: 'shots/100% & "new" #1?.png' }]);
  const { stdout } = await run(machine, ['gallery', '--link', '--output', 'pages/all.html']);
  expect(await readFile(stdout, 'utf8')).toContain('src="../shots/100%25%20%26%20%22new%22%20%231%3F.png"');
});

test('says so where there are too many pictures to put into it', async () => {
  const machine = await newMachine();
  await remember(machine, [{}, {}]);
  const linked = await run(machine, ['gallery', '--embed', '100']);
  expect(linked.stderr).toMatch(
    /^The page shows the files where they are. To put all \d+ B into it: --embed 1MB$/,
  );
  expect(await readFile(linked.stdout, 'utf8')).toContain('src="picture-0.png"');
  const embedded = await run(machine, ['gallery', '--embed', '1MB']);
  expect(embedded.stderr).toBe('');
  const picture = await readFile(join(machine.folder, 'picture-0.png'));
  expect(await readFile(embedded.stdout, 'utf8')).toContain(
    `src="data:image/png;base64,${picture.toString('base64')}"`,
  );
});

test('prints the page itself with --output -', async () => {
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'a mug' }]);
  const { stdout, exitCode } = await run(machine, ['gallery', '--output', '-']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^<!doctype html><!-- runapi-imagen gallery -->[\s\S]*a mug[\s\S]*<\/html>$/);
  expect(await filesIn(machine.folder)).toEqual(['picture-0.png']);
});

test('makes no page where there is nothing to show', async () => {
  const machine = await newMachine();
  await remember(machine, [{ how: 'failed' }]);
  const { stdout, stderr, exitCode } = await run(machine, ['gallery']);
  expect({ stdout, stderr, exitCode }).toEqual({
    stdout: '',
    stderr:
      'error: there is no picture to show\nrunapi-imagen history lists what was made; the filters of both are the same',
    exitCode: 4,
  });
  expect(await filesIn(machine.folder)).toEqual([]);
});

test('tells all that is wrong with the flags at once', async () => {
  const machine = await newMachine();
  const { stderr, exitCode } = await run(machine, [
    'gallery',
    '--link',
    '--embed',
    'much',
    '--limit',
    'few',
    '--since',
    'soon',
  ]);
  expect(exitCode).toBe(4);
  for (const flag of ['--link and --embed', '--embed "much"', '--limit "few"', '--since "soon"'])
    expect(stderr).toContain(flag);
});

test('says so where it cannot be written', async () => {
  const machine = await newMachine();
  await remember(machine, [{}]);
  const { stdout, stderr, exitCode } = await run(machine, ['gallery', '-o', 'picture-0.png/x.html']);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 9 });
  expect(stderr).toContain('error: ');
});

test('shows a row of a batch once that failed first and was made later', async () => {
  const machine = await newMachine();
  const row = { batch: 'b', row: 1, key: 'k' };
  await remember(machine, [
    { row, how: 'failed', model: 'imagen-4-fast' },
    { row, model: 'imagen-4-fast' },
    { row: { ...row, key: 'other' }, how: 'failed', message: 'the task failed: no luck' },
  ]);
  const { stdout } = await run(machine, ['gallery']);
  const page = await readFile(stdout, 'utf8');
  expect(page.match(/<li id=/g)).toHaveLength(2);
  expect(page).toContain('the task failed: no luck');
});

test('asks nothing from outside, and forbids itself to', async () => {
  const machine = await newMachine();
  await remember(machine, [{}]);
  const page = await readFile((await run(machine, ['gallery'])).stdout, 'utf8');
  expect(page).toMatch(
    /Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'"/,
  );
  expect(page.replace(/http:\/\/www\.w3\.org\/2000\/svg/g, '')).not.toMatch(/https?:\/\/|url\(|@import/);
});
