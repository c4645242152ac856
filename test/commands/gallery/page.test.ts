/** @module-tag slow */
import { readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { newMachine, run } from '../../support/program.ts';
import { type Remembered, remember } from '../../support/record.ts';
import { expectAccessible, noBrowser, openPage } from './browser.ts';

const models = ['imagen-4', 'imagen-4-fast', 'imagen-4-ultra'];

/** Four prompts, each made by three models. */
const twelve: Remembered[] = ['a harbour at dusk', '커피 머그잔', 'a red fox', 'birch forest'].flatMap((prompt, row) =>
  models.map((model, column) => ({
    prompt,
    model,
    seed: 7,
    row: { batch: 'b', row: row + 1, key: `${row}-${column}` },
    ...(prompt === 'birch forest' && { aspectRatio: '3:4', width: 12, height: 16 }),
  })),
);

async function galleryOf(tasks: readonly Remembered[], ...flags: string[]) {
  const machine = await newMachine();
  await remember(machine, tasks);
  const { stdout, stderr, exitCode } = await run(machine, ['gallery', ...flags]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return { machine, path: stdout };
}

test.skipIf(noBrowser)(
  'shows a batch of 12 from the sandbox as prompts by models (needs Chromium)',
  async () => {
    const machine = await newMachine();
    const rows = ['a harbour at dusk', '커피 머그잔', 'a red fox', 'birch forest'].map((prompt) =>
      JSON.stringify({ prompt, model: models.join(',') }),
    );
    await writeFile(join(machine.folder, 'rows.jsonl'), rows.join('\n'));
    const made = await run(machine, ['batch', 'rows.jsonl', '--sandbox', '--quiet']);
    expect({ exitCode: made.exitCode, files: made.stdout.split('\n').length }).toEqual({ exitCode: 0, files: 12 });

    const { stdout } = await run(machine, ['gallery', '--batch', 'rows.jsonl']);
    const { page, complaints, outside } = await openPage(stdout);
    const columns = await page.locator('thead th').allTextContents();
    const prompts = await page.locator('tbody th .prompt').allTextContents();
    expect({ columns, prompts }).toEqual({
      columns: ['Prompt', ...models],
      prompts: ['a harbour at dusk', '커피 머그잔', 'a red fox', 'birch forest'],
    });
    for (const picture of await page.locator('td img').all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect.poll(() => picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(1024);
    }
    expect(await page.locator('h1').textContent()).toBe('rows.jsonl');
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  },
  60_000,
);

test.skipIf(noBrowser).each(['light', 'dark'] as const)(
  'has nothing that axe-core finds fault with, in %s (needs Chromium)',
  async (scheme) => {
    const { path } = await galleryOf([
      ...twelve,
      {
        prompt: 'gone wrong',
        how: 'failed',
        message: 'the task failed: no such luck',
        row: { batch: 'b', row: 9, key: 'x' },
      },
    ]);
    const { page, complaints } = await openPage(path, scheme);
    await expectAccessible(page); // the matrix
    await page.keyboard.press('m');
    await expectAccessible(page);
    await page.locator('.tile .open').nth(1).click();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    for (const at of [0, 9]) await page.locator('.pick input').nth(at).check();
    await expectAccessible(page); // with the bar
    await page.keyboard.press('c');
    await expectAccessible(page);
    await page.keyboard.press('/');
    await page.keyboard.type('nothing like this');
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  },
);

test.skipIf(noBrowser)('can be used with the keyboard alone (needs Chromium)', async () => {
  const { path } = await galleryOf(twelve);
  const { page, complaints } = await openPage(path);
  const focused = () => page.evaluate('document.activeElement?.closest(".tile")?.querySelector(".prompt").textContent');

  await page.keyboard.press('/');
  await page.keyboard.type('fox');
  expect(await page.locator('.tile:visible').count()).toBe(3);
  await page.keyboard.press('Escape');
  expect(await page.locator('.tile:visible').count()).toBe(12);

  await page.locator('h1').click(); // out of the search
  await page.keyboard.press('m');
  expect(await page.locator('#tiles .tile:visible').count()).toBe(12);
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('a harbour at dusk');
  await page.keyboard.press('x');
  for (let steps = 0; steps < 3; steps++) await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('커피 머그잔');
  await page.keyboard.press('x');
  expect(await page.locator('.bar').textContent()).toContain('2 selected');

  await page.keyboard.press('c');
  expect(await page.locator('.tile img:visible').count()).toBe(2);
  await page.keyboard.press('Escape');
  expect(await page.locator('.bar').isVisible()).toBe(false);
  expect(await page.locator('.tile img:visible').count()).toBe(12);

  await page.locator('.open').first().focus();
  await page.keyboard.press('Enter');
  expect(await page.locator('#position').textContent()).toBe('1 of 12');
  for (let steps = 0; steps < 3; steps++) await page.keyboard.press('ArrowRight');
  expect(await page.locator('#viewer .prompt').textContent()).toBe('커피 머그잔');
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe('커피 머그잔');
  expect(complaints).toEqual([]);
});

test.skipIf(noBrowser)('reaches everything with the Tab key, and shows where it is (needs Chromium)', async () => {
  const { path } = await galleryOf(twelve);
  const { page } = await openPage(path);
  const stops: string[] = [];
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press('Tab');
    const stop = (await page.evaluate(`(() => {
      const { activeElement: at } = document;
      if (at === document.body) return undefined;
      if (getComputedStyle(at).outlineStyle === 'none') return 'no ring: ' + at.outerHTML;
      return at.ariaLabel ?? at.querySelector('img')?.alt ?? at.textContent;
    })()`)) as string | undefined;
    if (stop === undefined) break;
    stops.push(stop);
  }
  expect(stops.slice(0, 5)).toEqual([
    'Search',
    'Matrix',
    'Compare: a harbour at dusk, seed 7',
    'a harbour at dusk, imagen-4, 1:1, seed 7',
    'Select: a harbour at dusk, imagen-4, 1:1, seed 7',
  ]);
  expect(stops.filter((stop) => stop.startsWith('no ring'))).toEqual([]);
});

test.skipIf(noBrowser)('shows what failed in its place, and counts only pictures (needs Chromium)', async () => {
  const row = { batch: 'b', row: 1, key: 'failed' };
  const { path } = await galleryOf([
    ...twelve,
    { prompt: 'no luck', how: 'failed', message: 'it failed: no luck', row },
  ]);
  const { page } = await openPage(path);
  expect(await page.locator('td .absence').textContent()).toBe('it failed: no luck');
  expect(await page.locator('#status').textContent()).toBe('');
  await page.keyboard.press('m');
  expect(await page.locator('.tile:visible').count()).toBe(12);
  expect(await page.locator('#status').textContent()).toBe('');
});

test.skipIf(noBrowser)('compares a row of the matrix, and shows all again (needs Chromium)', async () => {
  const { path } = await galleryOf(twelve);
  const { page } = await openPage(path);
  await page.getByRole('button', { name: 'Compare: a red fox, seed 7' }).click();
  expect(await page.locator('tbody th .prompt').allTextContents()).toEqual(['a red fox']);
  expect(await page.locator('td img').count()).toBe(3);
  expect(await page.locator('#status').textContent()).toBe('3 of 12 pictures');
  await page.getByRole('button', { name: 'Clear' }).click();
  expect(await page.locator('td img').count()).toBe(12);
});

test.skipIf(noBrowser)('tells what differs among pictures of one prompt (needs Chromium)', async () => {
  const { path } = await galleryOf([
    { prompt: 'a mug', model: 'imagen-4', seed: 1 },
    { prompt: 'a mug', model: 'imagen-4-fast', seed: 1 },
    { prompt: 'a mug', model: 'imagen-4' },
    { prompt: 'a mug', model: 'imagen-4' },
    { prompt: 'a cup', seed: 1 },
    { prompt: 'a jug', negativePrompt: 'text' },
    { prompt: 'a jug' },
  ]);
  const { page } = await openPage(path);
  const names = await page
    .locator('.pick input')
    .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
  expect(names.reverse()).toEqual([
    'Select: a mug, imagen-4, 1:1, seed 1',
    'Select: a mug, imagen-4-fast, 1:1, seed 1',
    'Select: a mug, imagen-4, 1:1, 1 of 2',
    'Select: a mug, imagen-4, 1:1, 2 of 2',
    'Select: a cup, imagen-4, 1:1, seed 1',
    'Select: a jug, imagen-4, 1:1, without text',
    'Select: a jug, imagen-4, 1:1',
  ]);
  const facts = await page.locator('.tile .facts').first().textContent();
  expect(facts).toMatch(/^imagen-4 1:1 \$0\.08 20 Oct 2024, /);
});

/** Two seeds and no seed of two prompts, by two models each, in no order. */
const mixed: Remembered[] = [
  { prompt: 'a fox', model: 'imagen-4-fast', seed: 10 },
  { prompt: 'a fox', model: 'imagen-4' },
  { prompt: 'an owl', model: 'imagen-4-fast', seed: 2 },
  { prompt: 'a fox', model: 'imagen-4', seed: 2 },
  { prompt: 'an owl', model: 'imagen-4', seed: 2 },
  { prompt: 'a fox', model: 'imagen-4', seed: 10 },
  { prompt: 'a fox', model: 'imagen-4-fast', seed: 2 },
];

test.skipIf(noBrowser)(
  'puts equal prompts and seeds in one row of the matrix, models in columns (needs Chromium)',
  async () => {
    const { path } = await galleryOf(mixed);
    const { page } = await openPage(path);
    await page.keyboard.press('m');
    const foxes = [
      ['a foxseed 2', 'imagen-4, seed 2', 'imagen-4-fast, seed 2'],
      ['a foxseed 10', 'imagen-4, seed 10', 'imagen-4-fast, seed 10'],
      ['a fox', 'imagen-4', 'none'],
    ];
    const owl = ['an owlseed 2', 'imagen-4, seed 2', 'imagen-4-fast, seed 2'];
    const head = ['Prompt', 'imagen-4', 'imagen-4-fast'];
    expect(await rowsOf(page)).toEqual([head, ...foxes, owl]);
    await page.getByLabel('Search').fill('owl');
    expect(await rowsOf(page)).toEqual([head, owl]);
  },
);

/** What stands in the rows of the matrix: each picture by what its name says after the prompt. */
async function rowsOf(page: Page): Promise<string[][]> {
  const rows = await page
    .locator('tr')
    .evaluateAll((all) =>
      all.map((row) =>
        [...row.children].map((cell) => cell.querySelector('img')?.getAttribute('alt') ?? cell.textContent ?? ''),
      ),
    );
  return rows.map((row) => row.map((text) => text.replace(/^an? \w+, |1:1(, )?|Compare/g, '').replace(/[ ,]+$/, '')));
}

test.skipIf(noBrowser)(
  'compares in the same rows and columns, whatever was selected first (needs Chromium)',
  async () => {
    const { path } = await galleryOf(mixed);
    const { page } = await openPage(path);
    const compared = async (names: readonly string[]) => {
      for (const name of names) await page.getByLabel(`Select: ${name}`, { exact: true }).check();
      await page.keyboard.press('c');
      const rows = await rowsOf(page);
      await page.keyboard.press('Escape');
      return rows;
    };
    const names = [
      'an owl, imagen-4-fast, 1:1, seed 2',
      'a fox, imagen-4-fast, 1:1, seed 10',
      'a fox, imagen-4, 1:1',
      'a fox, imagen-4, 1:1, seed 2',
      'a fox, imagen-4-fast, 1:1, seed 2',
    ];
    const expected = [
      ['Prompt', 'imagen-4', 'imagen-4-fast'],
      ['a foxseed 2', 'imagen-4, seed 2', 'imagen-4-fast, seed 2'],
      ['a foxseed 10', 'none', 'imagen-4-fast, seed 10'],
      ['a fox', 'imagen-4', 'none'],
      ['an owlseed 2', 'none', 'imagen-4-fast, seed 2'],
    ];
    expect(await compared(names)).toEqual(expected);
    expect(await compared([...names].reverse())).toEqual(expected);
    // Of one model they stand side by side.
    expect(await compared(names.slice(2, 4))).toEqual([]);
  },
);

test.skipIf(noBrowser).each(['embedded', 'linked'] as const)(
  'writes nothing to the console of Chromium, whatever is done, with pictures %s (needs Chromium)',
  async (how) => {
    const machine = await newMachine();
    await remember(machine, [
      ...twelve,
      { prompt: 'gone', file: 'gone.png' },
      { prompt: 'changed', file: 'changed.png' },
      { prompt: 'a link', file: 'link.png' },
      { prompt: 'failed', how: 'failed' },
      { prompt: '#?%"<>&', file: `a'b "c" #?%.png`, sandbox: true },
    ]);
    await rename(join(machine.folder, 'gone.png'), join(machine.home, 'gone.png'));
    await writeFile(join(machine.folder, 'changed.png'), 'no picture');
    await rename(join(machine.folder, 'link.png'), join(machine.home, 'link.png'));
    await symlink(join(machine.home, 'link.png'), join(machine.folder, 'link.png'));
    const { stdout } = await run(machine, ['gallery', ...(how === 'linked' ? ['--link'] : [])]);
    const { page, complaints, outside } = await openPage(stdout);
    expect(await page.locator('.absence').allTextContents()).toHaveLength(3);

    for (const key of [
      'ArrowRight',
      'x',
      'ArrowRight',
      'x',
      'y',
      'c',
      'm',
      'ArrowLeft',
      'Enter',
      'ArrowRight',
      'x',
      'y',
    ])
      await page.keyboard.press(key);
    await page.locator('#stage').click();
    for (const name of ['Next', 'Previous', 'Copy command', 'Select', 'Close'])
      await page.getByRole('button', { name, exact: true }).click();
    await page.locator('.absent:visible').first().click();
    for (const key of ['x', 'Escape', 'Escape', 'm', 'm']) await page.keyboard.press(key);
    for (const at of [0, 1]) await page.locator('.pick input:visible').nth(at).check();
    for (const name of ['Compare', 'Copy paths', 'Copy commands', 'Clear'])
      await page.locator('.bar').getByRole('button', { name }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('nothing like this');
    await page.setViewportSize({ width: 360, height: 640 });
    await page.pdf();
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  },
);

test.skipIf(noBrowser)('takes prompts for text, whatever they hold (needs Chromium)', async () => {
  const hostile = [
    '<script>document.title = "taken"</script>',
    '"><img src=x onerror="document.title=\'taken\'">',
    "'; document.title = 'taken'; //",
    '</style><style>body{display:none}</style><!--',
    '</li></ul><svg/onload=document.title="taken">',
    'javascript:document.title="taken"',
    '&lt;b&gt; &amp;quot; &#39;',
    'quotes "double" \'single\' `back` ‘typographic’',
    'line\u2028separator\u2029paragraph',
    'right to left \u202e gnp.exe \u2066 isolate',
    'ends with a backslash \\',
    'two\nlines\r\nand a tab\t',
    'nul \u0000 escape \u001b[31m',
  ];
  const seen = hostile.map((prompt) => prompt.replaceAll('\r\n', '\n').replace(/[^\P{Cc}\n\t]/gu, '\ufffd'));
  const { path } = await galleryOf(
    hostile.map((prompt) => ({ prompt, negativePrompt: prompt })),
    '--title',
    hostile[1] ?? '',
  );
  const { page, complaints, outside } = await openPage(path);
  expect(await page.title()).toBe(hostile[1]);
  const shown = await page.locator('.tile .prompt').allTextContents();
  expect(shown.reverse()).toEqual(seen);
  const alternatives = await page
    .locator('.tile img')
    .evaluateAll((images) => images.map((image) => image.getAttribute('alt')));
  expect(alternatives.reverse()).toEqual(seen.map((prompt) => `${prompt}, imagen-4, 1:1, without ${prompt}`));
  await page.locator('.tile .open').first().click();
  for (let at = 0; at < hostile.length; at++) await page.keyboard.press('ArrowRight');
  expect(await page.locator('#viewer .prompt').textContent()).toBe(seen[0]);
  expect(await page.locator('script').count()).toBe(1);
  await expectAccessible(page);
  expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
});

test.skipIf(noBrowser)(
  'stays usable with 1,000 pictures from a file (needs Chromium)',
  async () => {
    const many = Array.from({ length: 1000 }, (_, at) => ({
      prompt: at % 10 === 0 ? `fox ${at}` : `harbour ${at}`,
      model: models[at % 3] ?? '',
    }));
    const { path } = await galleryOf(many, '--link');
    const { page, complaints, outside } = await openPage(path);
    expect(await page.locator('.summary').textContent()).toContain('1000 pictures');
    const loaded = () =>
      page
        .locator('.tile img')
        .evaluateAll(
          (all) =>
            all.filter(
              (image) =>
                (image as unknown as { complete: boolean }).complete &&
                (image as unknown as { naturalWidth: number }).naturalWidth > 0,
            ).length,
        );
    await expect.poll(loaded).toBeGreaterThan(0);
    expect(await loaded()).toBeLessThan(1000);

    await page.keyboard.press('/');
    await page.keyboard.type('fox');
    expect(await page.locator('#status').textContent()).toBe('100 of 1000 pictures');
    await page.keyboard.press('Escape');
    await page.locator('.open').last().focus();
    await expect.poll(() => page.evaluate('document.activeElement.querySelector("img")?.naturalWidth')).toBe(16);
    await page.keyboard.press('Enter');
    expect(await page.locator('#position').textContent()).toBe('1000 of 1000');
    await page.keyboard.press('Escape');
    await page.keyboard.press('m');
    expect(await page.locator('tbody tr').count()).toBe(1000);
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  },
  60_000,
);

test.skipIf(noBrowser)('can be moved without its pictures, which are in it (needs Chromium)', async () => {
  const { machine, path } = await galleryOf(twelve);
  const elsewhere = join(machine.home, 'moved.html');
  await rename(path, elsewhere);
  await rename(machine.folder, join(machine.home, 'gone'));
  const { page } = await openPage(elsewhere);
  await expect.poll(() => page.evaluate('document.querySelector(".tile img").naturalWidth')).toBe(16);
});

test.skipIf(noBrowser)('says so where a picture is missing, then and now (needs Chromium)', async () => {
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'here' }, { prompt: 'gone later' }, { prompt: 'gone already' }]);
  await rename(join(machine.folder, 'picture-2.png'), join(machine.folder, 'elsewhere.png'));
  const { stdout, stderr } = await run(machine, ['gallery', '--link']);
  expect(stderr).toContain('1 of 3 picture files cannot be found or read');
  await rename(join(machine.folder, 'picture-1.png'), join(machine.folder, 'elsewhere.png'));
  const { page } = await openPage(stdout);
  await expect
    .poll(() => page.locator('.tile .open').allTextContents())
    .toEqual(['The file is missing', 'The file cannot be loaded', '']);
  expect(await page.locator('.tile .prompt').allTextContents()).toEqual(['gone already', 'gone later', 'here']);
});

test.skipIf(noBrowser).each([
  ['a "mug"', `'a "mug"' --model imagen-4 --ratio 16:9 --seed=-3 --sandbox`],
  // No quoting of it is the same in all shells.
  ['it\'s a "mug"', '--again tsk_000000 --sandbox'],
])('copies a command that can be pasted for %s (needs Chromium)', async (prompt, words) => {
  const { path } = await galleryOf([{ prompt, aspectRatio: '16:9', seed: -3, sandbox: true }]);
  const { page } = await openPage(path);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('y');
  await expect.poll(() => page.locator('#status').textContent()).toBe('Copied');
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`runapi-imagen generate ${words}`);
});

test.skipIf(noBrowser)(
  'copies the paths of a selection and the commands that make it again (needs Chromium)',
  async () => {
    const { machine, path } = await galleryOf(
      [
        { prompt: 'plain' },
        { prompt: 'hostile', file: "shots/it's $(touch hacked) #1 ünï.png" },
        { prompt: 'play', sandbox: true },
        { prompt: 'not selected' },
      ],
      '--output',
      'pages/all of it.html',
    );
    const { page, complaints } = await openPage(path);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    for (const prompt of ['play', 'plain', 'hostile'])
      await page.getByLabel(`Select: ${prompt}, imagen-4, 1:1`, { exact: true }).check();
    const copied = async (name: string) => {
      await page.getByRole('button', { name }).click();
      await expect.poll(() => page.locator('.bar').textContent()).toContain('Copied');
      await page.getByRole('button', { name }).waitFor();
      return (await page.evaluate('navigator.clipboard.readText()')) as string;
    };
    const paths = await copied('Copy paths');
    const { stdout } = await execa('sh', ['-c', `printf '%s\\n' ${paths.replaceAll('\n', ' ')}`]);
    expect(stdout.split('\n')).toEqual([
      join(machine.folder, 'picture-2.png'),
      `file://${machine.folder}/shots/it%27s%20%24%28touch%20hacked%29%20%231%20%C3%BCn%C3%AF.png`,
      join(machine.folder, 'picture-0.png'),
    ]);
    expect((await copied('Copy commands')).split('\n')).toEqual([
      'runapi-imagen generate --again tsk_000002 --sandbox',
      'runapi-imagen generate --again tsk_000001',
      'runapi-imagen generate --again tsk_000000',
    ]);
    expect(complaints).toEqual([]);
  },
);

test.skipIf(noBrowser)(
  'copies paths beside the page as absolute ones, wherever the page is (needs Chromium)',
  async () => {
    const { machine } = await galleryOf([{ prompt: 'a mug', file: 'shots/50% mug.png' }]);
    const moved = join(machine.home, 'moved & named');
    await rename(machine.folder, moved);
    expect(await readFile(join(moved, 'gallery.html'), 'utf8')).not.toContain(machine.folder);
    const { page } = await openPage(join(moved, 'gallery.html'));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByLabel('Select: a mug').check();
    await page.getByRole('button', { name: 'Copy paths' }).click();
    await expect.poll(() => page.locator('.bar').textContent()).toContain('Copied');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`'${join(moved, 'shots/50% mug.png')}'`);
  },
);

test.skipIf(noBrowser)('shows the pictures where no script runs (needs Chromium)', async () => {
  const { path } = await galleryOf(twelve, '--link');
  const { page } = await openPage(path);
  const context = await page.context().browser()?.newContext({ javaScriptEnabled: false });
  const still = await context?.newPage();
  await still?.goto(page.url());
  expect(await still?.locator('.tile img').count()).toBe(12);
  expect(await still?.locator('.tile .prompt').first().textContent()).toContain('a harbour at dusk');
  await context?.close();
});
