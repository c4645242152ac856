import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { type Declaration, type Flag, namesOf } from '../../src/command-line/declaration.ts';
import { flagsOf } from '../../src/command-line/flags.ts';
import { commands } from '../../src/commands/list.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { has } from '../support/has.ts';
import { bin, newMachine } from '../support/program.ts';

const root = resolve(import.meta.dirname, '../..');

/** Every block that a reader may paste into a shell, with the heading that it stands under. */
function shellBlocks(markdown: string): Array<[string, string]> {
  let heading = '';
  const blocks: Array<[string, string]> = [];
  for (const [, title, block] of markdown.matchAll(/^#+ (.+)$|^```sh\n([\s\S]*?)^```$/gm)) {
    if (title) heading = title;
    else if (block) blocks.push([heading, block]);
  }
  return blocks;
}

const readme = await readFile(join(root, 'README.md'), 'utf8');
const korean = await readFile(join(root, 'README.ko.md'), 'utf8');
const blocks = shellBlocks(readme);

/** All that is code, fenced or indented, as it stands there. */
function codeBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```\w*\n[\s\S]*?^```$|(?:^ {4}.+\n)+/gm)].map(([block]) => block);
}

/** Every name in the text: flags, commands, files, addresses. In another language they stand in another order. */
function names(markdown: string): string[] {
  const text = codeBlocks(markdown).reduce((rest, block) => rest.replace(block, ''), markdown);
  const found = [...text.matchAll(/`[^`\n]+`|\]\([^)]+\)/g)].map(([name]) => name);
  return [...new Set(found)].filter((name) => !/README/.test(name)).sort();
}

/** What somebody reads aloud: no code blocks, tables, pictures and addresses. */
function prose(markdown: string): string {
  const text = codeBlocks(markdown).reduce((rest, block) => rest.replace(block, ''), markdown);
  return text.replace(/^\|.*$|<img [^>]*>/gm, '').replace(/\]\([^)]*\)/g, ']');
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

test.each([
  ['a plain sentence', 'One two, three.\n', 3],
  ['a heading, a list and marks', '# One\n\n- two · three\n', 3],
  ['a link, without its address', '[one two](https://example.com/a b)', 2],
  ['code in a line', 'run `one two`', 3],
  ['a table', 'one\n\n| a | b |\n|---|---|\n| c | d |\n', 1],
  ['a fenced block', 'one\n```sh\ntwo three\n```\nfour\n', 2],
  ['an indented block', 'one\n\n    two three\n\nfour\n', 2],
  ['a picture', '<img src="a.png" alt="two three"> one', 1],
])('counts the words of %s', (_, markdown, words) => {
  expect(wordsIn(prose(markdown))).toBe(words);
});

test.each([
  ['README.md', readme],
  ['README.ko.md', korean],
])('%s is read aloud in three minutes: 450 words, 250 lines', (_, markdown) => {
  expect(wordsIn(prose(markdown))).toBeLessThanOrEqual(450);
  expect(markdown.split('\n').length).toBeLessThanOrEqual(250);
});

test('every flag of every command is named in the README or a page that it links to', async () => {
  const links = [...readme.matchAll(/\]\((\.github\/docs\/[\w-]+\.md)/g)].map(([, path]) => String(path));
  const pages = await Promise.all([...new Set(links)].map((path) => readFile(join(root, path), 'utf8')));
  const text = [readme, ...pages].join('\n');
  const flags = new Set(
    allFlags(commands)
      .flatMap(namesOf)
      .filter((name) => name.startsWith('--')),
  );
  expect(flags.size).toBeGreaterThan(80);
  const unnamed = [...flags].filter((flag) => !new RegExp(`${flag}(?![\\w-])`).test(text));
  expect(unnamed).toEqual([]);
});

function allFlags(declarations: readonly Declaration[]): Flag[] {
  return declarations.flatMap((each) => [...flagsOf(each), ...allFlags(each.below ?? [])]);
}

test('links only to what is there', async () => {
  const pages = ['README.md', 'README.ko.md', '.github/docs/reference.md'];
  for (const page of pages) {
    const text = await readFile(join(root, page), 'utf8');
    for (const [, path = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)/g)) {
      const linked = await readFile(join(root, page, '..', path), 'utf8');
      const anchors = [...linked.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title?.toLowerCase().replaceAll(' ', '-'));
      if (anchor) expect(anchors, `${page}: ${path}#${anchor}`).toContain(anchor);
    }
  }
});

test('has its recipes', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(9);
});

test('says the same in Korean: one run proves the examples of both', () => {
  expect(codeBlocks(korean)).toEqual(codeBlocks(readme));
  expect(names(korean)).toEqual(names(readme));
});

test.skipIf(!has('bash') || !has('jq'))(
  'runs every example as it is printed (needs bash and jq)',
  { timeout: 180_000 },
  async () => {
    const machine = await newMachine();
    const service = await startSandbox({ latencyMs: 0, now: Date.now });
    onTestFinished(() => service.close());
    const tools = join(machine.home, 'tools');
    await mkdir(tools);
    const command = `exec "${process.execPath}" "${bin}" "$@"\n`;
    await tool('runapi-imagen', command);
    await tool('npx', `[ "$1" = runapi-imagen ] || exit 99\nshift\n${command}`);
    await tool('npm', 'exit 0\n');
    const env = { ...machine.env, PATH: `${tools}:${machine.env.PATH}`, RUNAPI_BASE_URL: service.url };
    for (const [heading, block] of blocks) {
      const { exitCode, stderr } = await execa('bash', ['-euo', 'pipefail', '-c', block], {
        cwd: machine.folder,
        env,
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
      });
      expect(`${heading}: ${exitCode} ${exitCode === 0 ? '' : stderr}`).toBe(`${heading}: 0 `);
    }

    async function tool(name: string, body: string): Promise<void> {
      await writeFile(join(tools, name), `#!/bin/sh\n${body}`);
      await chmod(join(tools, name), 0o755);
    }
  },
);

test.skipIf(!has('bash')).each([
  [5, 0, 'resume\n', ''],
  [6, 0, '', 'try again later\n'],
  [8, 0, '', 'try again later\n'],
  [7, 1, '', ''],
])('the example of exit codes knows what to do after a %d (needs bash)', async (code, ends, does, says) => {
  const machine = await newMachine();
  const block = blocks.map(([, text]) => text).find((text) => text.includes('case $?')) ?? '';
  const stand = `runapi-imagen() { if [ "$1" = generate ]; then return ${code}; else echo "$1"; fi; }\n`;
  const { exitCode, stdout, stderr } = await execa('bash', ['-euo', 'pipefail', '-c', stand + block], {
    cwd: machine.folder,
    reject: false,
    stdin: 'ignore', // on a socket bash reads its start files
    stripFinalNewline: false,
  });
  expect([exitCode, stdout, stderr]).toEqual([ends, does, says]);
});
