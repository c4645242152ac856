import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { newMachine, run } from '../support/program.ts';
import { startService } from '../support/service.ts';

describe.skipIf(process.platform !== 'linux')('--open on Linux', () => {
  const words = ['generate', 'a mug', '--open', '--quiet', '-o', 'mug.png'];

  async function withStarter(script: string | undefined) {
    const machine = await newMachine();
    const path = `${machine.home}/bin`;
    await mkdir(path);
    if (script) await writeFile(`${path}/xdg-open`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const service = await startService();
    // Nothing else is in PATH: this machine may have a starter of its own.
    const env = { ...machine.env, PATH: path };
    return { machine, result: await run({ ...machine, env }, [...words, '--base-url', service.url]) };
  }

  test('hands the file to the system and does not wait for it', async () => {
    const { machine, result } = await withStarter('echo "$1" > "$HOME/opened"; exec /bin/sleep 5');
    expect(result).toMatchObject({ stdout: 'mug.png', stderr: '', exitCode: 0 });
    await expect
      .poll(() => readFile(`${machine.home}/opened`, 'utf8').catch(() => ''))
      .toBe(`${machine.folder}/mug.png\n`);
  });

  test('gives the key to no viewer', async () => {
    const { machine } = await withStarter('/usr/bin/env > "$HOME/seen"; echo end >> "$HOME/seen"');
    const seen = () => readFile(`${machine.home}/seen`, 'utf8').catch(() => '');
    await expect.poll(seen).toMatch(/end\n$/);
    expect(await seen()).toContain('HOME=');
    expect(await seen()).not.toMatch(/RUNAPI_API_KEY|rk_test/);
  });

  test.each([
    ['there is no starter', undefined, 'xdg-open is not installed'],
    ['there is no viewer', 'exit 3', 'xdg-open found no program for it'],
  ])('says where %s; the picture is there all the same', async (_, script, reason) => {
    const { machine, result } = await withStarter(script);
    expect(result.stderr).toBe(`warning: ${machine.folder}/mug.png cannot be shown in a viewer: ${reason}`);
    expect(result).toMatchObject({ stdout: 'mug.png', exitCode: 0 });
  });
});
