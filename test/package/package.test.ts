/** @module-tag slow */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type * as published from '../../dist/index.d.cts';
import type { ErrorReport, ImageReport, TaskReport } from '../../src/report/task-report.ts';
import type { Cost } from '../../src/task/task.ts';
import { envOf, type Packed, pack, project } from './pack.ts';

let packed: Packed;
beforeAll(async () => {
  packed = await pack();
});
afterAll(() => packed?.remove());

/** In the folder where the package is installed. */
function inHome(program: string, words: readonly string[]) {
  const { home } = packed;
  return execa(program, words, { cwd: home, env: envOf(home), extendEnv: false, preferLocal: true, reject: false });
}

describe('what npm publishes', () => {
  test('is one small package, of the bundle and its documents', async () => {
    const installed = (await readdir(join(packed.home, 'node_modules'))).filter((name) => name[0] !== '.');
    const inside = await readdir(join(packed.home, 'node_modules/runapi-imagen'));
    expect(installed).toEqual(['runapi-imagen']);
    expect(inside.filter((name) => !/^(README.*|LICENSE|CHANGELOG)\.?(md)?$/.test(name)).sort()).toEqual([
      'bin',
      'dist',
      'package.json',
    ]);
    expect((await stat(packed.tarball)).size).toBeLessThan(700_000);
  });

  test('publint has nothing to say', async () => {
    const tarball = await readFile(packed.tarball);
    const { messages } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  test('tells its version, which stands in package.json alone', async () => {
    const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
    const { exitCode, stdout, stderr } = await inHome('runapi-imagen', ['--version']);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: version, stderr: '' });
    const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
    expect([lock.version, lock.packages[''].version]).toEqual([version, version]);
  });

  test('makes a picture', async () => {
    const words = ['generate', 'a mug', '--sandbox', '--output', 'mug.png'];
    const { exitCode, stdout } = await inHome('runapi-imagen', words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'mug.png' });
    expect((await readFile(join(packed.home, stdout))).subarray(1, 4).toString()).toBe('PNG');
  });

  test('keeps the registry out of the lock file: npm ci takes whatever registry is set', async () => {
    expect(await readFile(join(project, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});

describe('the types of the --json lines', () => {
  const user = `import type { Line, TaskReport } from 'runapi-imagen';
const line: Line = JSON.parse('{}');
if ('task_id' in line) { const task: TaskReport = line; task.images[0]?.path?.length; }
else if ('dry_run' in line) line.quote?.reserved_cents.toFixed();
else line.error.code.length;
`;

  test.each([
    ['node16', 'node16', 'user.mts'],
    ['node16', 'node16', 'user.cts'],
    ['esnext', 'bundler', 'user.ts'],
  ])('compile with --module %s --moduleResolution %s in %s', async (module, resolution, file) => {
    await writeFile(join(packed.home, file), user);
    expect(await compiled(module, resolution, file)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('refuse a field that no line has', async () => {
    await writeFile(join(packed.home, 'wrong.mts'), user.replace('task.images', 'task.pictures'));
    const { exitCode, stdout } = await compiled('node16', 'node16', 'wrong.mts');
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain("Property 'pictures' does not exist on type 'TaskReport'");
  });

  test('are those that the program itself is compiled with', () => {
    expectTypeOf<published.TaskReport>().toEqualTypeOf<TaskReport>();
    expectTypeOf<published.ImageReport>().toEqualTypeOf<ImageReport>();
    expectTypeOf<published.ErrorReport>().toEqualTypeOf<ErrorReport>();
    expectTypeOf<published.Cost>().toEqualTypeOf<Cost>();
  });

  async function compiled(module: string, resolution: string, file: string) {
    const tsc = join(project, 'node_modules/typescript/bin/tsc');
    const words = ['--noEmit', '--strict', '--module', module, '--moduleResolution', resolution, file];
    const { exitCode, stdout, stderr } = await inHome(process.execPath, [tsc, ...words]);
    return { exitCode, stdout, stderr };
  }
});

describe('the licences of what is bundled', () => {
  test('are there for every package, and allow it', async () => {
    const folders = new Set(packed.bundled.map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]));
    folders.delete(undefined);
    expect(folders.size).toBeGreaterThan(30);
    for (const folder of folders) {
      const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
      expect(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']).toContain(license);
      const [, text = ''] = packed.licences.split(`\n${name} ${version} (${license})\n`);
      expect(text.slice(0, 2000), name).toMatch(/permission|redistribution/i);
    }
  });

  test('are there for the code of others inside those packages', () => {
    for (const owner of ['Adobe Systems', 'notmasteryet', 'Photopea', 'Fedor Indutny', 'Jimmy Wärting'])
      expect(packed.licences).toContain(owner);
    expect(packed.licences.replace(/\s+/g, ' ')).toContain('Apache License Version 2.0, January 2004');
  });
});
