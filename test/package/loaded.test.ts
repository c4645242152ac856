import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine, run } from '../support/program.ts';
import { startService } from '../support/service.ts';

/** The files of dist/ that a run loads, with their sources. */
async function loadedBy(words: string[], env: Record<string, string> = {}) {
  const machine = await newMachine();
  const folder = join(machine.home, 'coverage');
  const own = { ...machine, env: { ...machine.env, ...env, NODE_V8_COVERAGE: folder } };
  const { exitCode } = await run(own, words);
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const urls = texts.flatMap((text) =>
    (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
  );
  const files = [...new Set(urls.flatMap((url) => /\/dist\/(.*\.cjs)$/.exec(url)?.[1] ?? []))];
  const modules = JSON.parse(await readFile('dist/modules.json', 'utf8')) as Record<string, string[]>;
  return { exitCode, files, sources: files.flatMap((file) => modules[file] ?? []).join('\n') };
}

test('a picture is made with few files, and without undici, ora and the sandbox', async () => {
  const service = await startService({ runningLooks: 0 });
  const { exitCode, files, sources } = await loadedBy(['generate', 'a mug', '--base-url', service.url]);
  expect([exitCode, files.length < 25]).toEqual([0, true]);
  expect(sources).toContain('src/paid-task/save-pictures.ts');
  expect(sources).not.toMatch(/node_modules\/(undici|ora|conf)\/|src\/sandbox\//);
});

test('undici is loaded where a proxy is named', async () => {
  const env = { HTTPS_PROXY: 'http://127.0.0.1:1' };
  const { exitCode, sources } = await loadedBy(['status', 'tsk_1', '--base-url', 'https://runapi.test'], env);
  expect(exitCode).toBe(8);
  expect(sources).toMatch(/node_modules\/undici\//);
});
