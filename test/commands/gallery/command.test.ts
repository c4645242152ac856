/** @module-tag slow */
import { appendFile, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { remember } from '../../support/record.ts';

const makeFifo = (path: string) => execa('sh', ['-c', 'mkfifo "$1"', 'sh', path]);

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
  expect(JSON.parse(stdout)).toEqual({ path, pictures: 2, missing: 0, changed: 0, embedded: true, bytes: size });
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
    stderr: `error: ${join(machine.folder, 'gallery.html')} exists and is not a gallery: name another file with --output, or add --overwrite.\n--help lists the flags`,
    exitCode: 4,
  });
  expect(await readFile(join(machine.folder, 'gallery.html'), 'utf8')).toContain('mine');
  expect((await run(machine, ['gallery', '--overwrite'])).exitCode).toBe(0);
});

test('does not hang at a FIFO that has the name of the page', async () => {
  const machine = await newMachine();
  await remember(machine, [{}]);
  await makeFifo(join(machine.folder, 'gallery.html'));
  const { stderr, exitCode } = await run(machine, ['gallery']);
  expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining('is not a gallery'), exitCode: 4 });
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
  const linked = await run(machine, ['gallery', '--max-embed', '100']);
  expect(linked.stderr).toMatch(/^The page links to the picture files. To put all \d+ B into it: --max-embed 1MB$/);
  expect(await readFile(linked.stdout, 'utf8')).toContain('src="picture-0.png"');
  const embedded = await run(machine, ['gallery', '--max-embed', '1MB']);
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
      'error: there is no picture to show\nrunapi-imagen history lists the pictures that were made, with the same filters',
    exitCode: 4,
  });
  expect(await filesIn(machine.folder)).toEqual([]);
});

test('tells all that is wrong with the flags at once', async () => {
  const machine = await newMachine();
  const { stderr, exitCode } = await run(machine, [
    'gallery',
    '--link',
    '--max-embed',
    'much',
    '--limit',
    'few',
    '--since',
    'soon',
  ]);
  expect(exitCode).toBe(4);
  for (const flag of ['--link and --max-embed', 'Invalid --max-embed "much"', '--limit "few"', '--since "soon"'])
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
  expect(page.match(/<li /g)).toHaveLength(2);
  expect(page).toContain('the task failed: no luck');
});

test('embeds only what was saved: the regular file with the recorded bytes', async () => {
  const machine = await newMachine();
  const reasons = {
    'a link to the same picture': 'Not a regular file any more',
    'a FIFO': 'Not a regular file any more',
    'a folder': 'Not a regular file any more',
    'other bytes of the same size': 'The file was changed after it was saved',
    'a longer file': 'The file was changed after it was saved',
    'no file': 'The file is missing',
  };
  const prompts = Object.keys(reasons);
  await remember(machine, [...prompts.map((prompt) => ({ prompt })), { prompt: 'untouched' }]);
  const [link, fifo, folder, other, longer, none] = prompts.map((_, at) =>
    join(machine.folder, `picture-${at}.png`),
  ) as [string, string, string, string, string, string];
  const secret = join(machine.home, 'secret.png');
  await rename(link, secret);
  await symlink(secret, link);
  for (const path of [fifo, folder, none]) await rm(path);
  await makeFifo(fifo);
  await mkdir(folder);
  const bytes = await readFile(other);
  await writeFile(
    other,
    bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)),
  );
  await writeFile(longer, Buffer.concat([bytes, Buffer.from('more')]));

  const { stdout, stderr, exitCode } = await run(machine, ['gallery', '--json']);
  const { path, ...report } = JSON.parse(stdout) as { path: string };
  expect({ report, stderr, exitCode }).toEqual({
    report: { pictures: 7, missing: 1, changed: 5, embedded: true, bytes: expect.any(Number) },
    stderr:
      'warning: 1 of 7 picture files cannot be found or read\n' +
      'warning: 5 of 7 picture files were changed after they were saved',
    exitCode: 0,
  });
  const page = await readFile(path, 'utf8');
  const said = [...page.matchAll(/class="absence" dir="auto">([^<]*)<[\s\S]*?class="prompt"[^>]*>([^<]*)/g)];
  expect(Object.fromEntries(said.map(([, reason, prompt]) => [prompt, reason]))).toEqual(reasons);
  expect(page.match(/<img alt="untouched, [^>]* src="data:image\/png;base64,/g)).toHaveLength(1);
  expect(page.match(/<img /g)).toHaveLength(1);
});

test('links only to regular files of the recorded size', async () => {
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'linked' }, { prompt: 'longer' }, { prompt: 'untouched' }]);
  const [first = '', second = ''] = [0, 1].map((at) => join(machine.folder, `picture-${at}.png`));
  await rename(first, join(machine.home, 'secret.png'));
  await symlink(join(machine.home, 'secret.png'), first);
  await appendFile(second, 'more');
  const { stdout } = await run(machine, ['gallery', '--link']);
  const page = await readFile(stdout, 'utf8');
  expect([...page.matchAll(/ src="([^"]*)"/g)].map(([, source]) => source)).toEqual(['picture-2.png']);
});

/** Rewrites the answers in the record: one cost for each task, null where the service told none. */
async function tellCosts(record: string, costs: readonly (object | null)[]): Promise<void> {
  const lines = (await readFile(record, 'utf8')).trimEnd().split('\n');
  const told = lines.map((line) => {
    const event = JSON.parse(line) as { key?: string; cost?: unknown };
    const cost = costs[Number(event.key?.replace('key-', ''))];
    return JSON.stringify(event.cost === undefined || cost === undefined ? event : { ...event, cost });
  });
  await writeFile(record, `${told.join('\n')}\n`);
}

const costOf = (cents: number | null, more = {}) => ({
  currency: 'USD',
  reserved_cents: 8,
  charged_cents: cents,
  refunded: false,
  ...more,
});

/** What the page says of the sum, and of each picture's cost, in the order in which they were made. */
async function costsIn(path: string) {
  const page = await readFile(path, 'utf8');
  const sum = /<p class="summary quiet">[^<]* · ([^<]*)</.exec(page)?.[1];
  const each = [...page.matchAll(/<dt>Cost<\/dt><dd>([^<]*)/g)].map(([, text]) => text).reverse();
  return { sum, each };
}

test('adds up what was paid: not the sandbox, and nothing for what is unknown', async () => {
  const machine = await newMachine();
  const record = await remember(machine, [{}, {}, {}, { sandbox: true }, { how: 'failed' }, { how: 'failed' }, {}]);
  await tellCosts(record, [costOf(8), costOf(1.05), null, costOf(12), null, costOf(4), costOf(8, { refunded: true })]);
  expect(await costsIn((await run(machine, ['gallery'])).stdout)).toEqual({
    sum: '$0.1305 + 1 of unknown cost (sandbox left out)',
    each: ['$0.08', '$0.0105', 'cost unknown', 'sandbox', 'not charged', '$0.04', 'refunded'],
  });
});

test('says that the cost is unknown where no cost is known', async () => {
  const machine = await newMachine();
  await tellCosts(await remember(machine, [{}, {}]), [null, null]);
  expect(await costsIn((await run(machine, ['gallery'])).stdout)).toEqual({
    sum: 'cost unknown',
    each: ['cost unknown', 'cost unknown'],
  });
});

test('adds up the sandbox where only its pictures are shown, and says what it is', async () => {
  const machine = await newMachine();
  await remember(machine, [{ sandbox: true }, { sandbox: true }]);
  expect(await costsIn((await run(machine, ['gallery'])).stdout)).toEqual({
    sum: '$0.16 (sandbox, not charged)',
    each: ['sandbox', 'sandbox'],
  });
});

test('puts a batch in the order of rows, models and seeds', async () => {
  const machine = await newMachine();
  const row = { batch: 'b', row: 1 };
  await remember(machine, [
    { prompt: 'second', row: { ...row, row: 2, key: 'a' } },
    { prompt: 'first', seed: 10, row: { ...row, key: 'b' } },
    { prompt: 'first', seed: 9, row: { ...row, key: 'c' } },
    { prompt: 'first', seed: 10, model: 'imagen-4-fast', row: { ...row, key: 'd' } },
  ]);
  const page = await readFile((await run(machine, ['gallery'])).stdout, 'utf8');
  expect([...page.matchAll(/<img alt="([^"]*)"/g)].map(([, name]) => name)).toEqual([
    'first, imagen-4, 1:1, seed 9',
    'first, imagen-4, 1:1, seed 10',
    'first, imagen-4-fast, 1:1, seed 10',
    'second, imagen-4, 1:1',
  ]);
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
