/** @module-tag slow */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { project } from '../package/pack.ts';
import { newMachine } from '../support/program.ts';
import { install, runProgram } from './install.ts';

const work = `
const imagen = createImagen({ sandbox: true, dir: 'shots' });
const another = createImagen({ sandbox: true, record: false, dir: 'more' });
const both = [imagen.generate({ prompt: 'a mug', aspect_ratio: '16:9' }, { output: 'mug.{ext}' }), another.generate({ prompt: 'a fox' })];
const [{ status, images, cost }] = await Promise.all(both);
const refused = await imagen.generate({ prompt: ' ' }).catch((error) => error);
await Promise.all([imagen.close(), another.close()]);
const isAlone = process.exitCode === undefined && globalThis[Symbol.for('undici.globalDispatcher.1')] === undefined;
console.log(JSON.stringify([isAlone && status, images[0].path.endsWith('/shots/mug.png'), cost.charged_cents, refused instanceof ImagenError, refused.code]));
`;
const done = { exitCode: 0, stdout: '["completed",true,8,true,"validation"]', stderr: '' };

test('an ES module imports it by name', async () => {
  const machine = await newMachine();
  await install(machine);
  const flags = "import v8 from 'node:v8'; v8.setFlagsFromString = () => { throw new Error('not ours'); };";
  const text = `import { createImagen, ImagenError } from 'runapi-imagen';${flags}${work}`;
  expect(await runProgram(machine, 'program.mjs', text)).toEqual(done);
});

test('a CommonJS module requires it', async () => {
  const machine = await newMachine();
  await install(machine);
  const text = `const { createImagen, ImagenError } = require('runapi-imagen');(async () => {${work}})();`;
  expect(await runProgram(machine, 'program.cjs', text)).toEqual(done);
});

test('a strict TypeScript program is checked against its types', async () => {
  const machine = await newMachine();
  await install(machine);
  const text = `import { createImagen, ImagenError, type Progress, type TaskReport } from 'runapi-imagen';
const seen: Progress[] = [];
await using stack = new AsyncDisposableStack();
const imagen = createImagen({ sandbox: true, maxCost: 1, timeout: 60_000, record: false, onProgress: (progress) => seen.push(progress) });
stack.defer(() => imagen.close());
const task: TaskReport = await imagen.generate({ prompt: 'a mug', seed: 7 }, { signal: AbortSignal.timeout(60_000), new: true });
const path: string | null | undefined = task.images[0]?.path;
for await (const each of imagen.batch([{ prompt: 'a' }], { name: 'n', concurrency: 2 })) each.error?.hint?.length;
const models = await imagen.models();
const cents: number | undefined = models[0]?.price?.unit_price_cents;
try { await imagen.status('tsk_1'); } catch (error) { if (error instanceof ImagenError) error.taskId?.length; }
console.log(path, cents, seen.length);
`;
  const check = async (file: string, source: string) => {
    await writeFile(join(machine.folder, file), source);
    const tsc = join(project, 'node_modules/typescript/bin/tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2023',
    ];
    const words = [tsc, ...flags, '--lib', 'es2023,esnext.disposable', '--types', 'node', file];
    const { exitCode, stdout } = await execa(process.execPath, words, { cwd: machine.folder, reject: false });
    return { exitCode, stdout };
  };
  expect(await check('program.mts', text)).toEqual({ exitCode: 0, stdout: '' });
  const required = `import imagen = require('runapi-imagen');\nimagen.createImagen({ record: '/x' }).close();\n`;
  expect(await check('program.cts', required)).toEqual({ exitCode: 0, stdout: '' });
  const wrong = await check('wrong.mts', text.replace("prompt: 'a mug'", "promt: 'a mug'"));
  expect(wrong.stdout).toContain("'promt' does not exist in type 'PictureRequest'");
});

test('a bundler puts it into one file', async () => {
  const machine = await newMachine();
  await install(machine);
  const entry = join(machine.folder, 'entry.mjs');
  const outfile = join(machine.folder, 'bundle.cjs');
  const text = `import { createImagen, ImagenError } from 'runapi-imagen';(async () => {${work}})();`;
  await writeFile(entry, text);
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  const { stdout, stderr } = await execa(process.execPath, [outfile], {
    cwd: machine.folder,
    env: machine.env,
    extendEnv: false,
    stdin: 'ignore',
  });
  expect({ exitCode: 0, stdout, stderr }).toEqual(done);
});

const attw = (() => {
  try {
    const from = createRequire(join(process.env.PROGRAMS_AT ?? project, 'package.json'));
    return from.resolve('@arethetypeswrong/cli/package.json').replace('package.json', 'dist/index.js');
  } catch {
    return undefined;
  }
})();

test.skipIf(!attw)('attw has nothing to say (needs @arethetypeswrong/cli in PROGRAMS_AT)', async () => {
  const machine = await newMachine();
  const words = ['pack', '--ignore-scripts', '--pack-destination', machine.folder, '--json'];
  const { stdout } = await execa('npm', words, { cwd: project });
  const [{ filename }] = JSON.parse(stdout);
  const checked = await execa(process.execPath, [attw ?? '', filename], { cwd: machine.folder, reject: false });
  expect(checked.stdout).toContain('No problems found');
  expect(checked.exitCode).toBe(0);
});
