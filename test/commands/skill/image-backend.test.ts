/** @module-tag slow */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import pack from '../../../package.json' with { type: 'json' };
import { has } from '../../support/has.ts';
import { bin, filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { answering, type Service, startService } from '../../support/service.ts';

const standIn = resolve(import.meta.dirname, '../../hermes/stand-in');
const repository = resolve(import.meta.dirname, '../../../src/commands/skill');
const key = 'rk_hermes_0123456789abcdef';

interface Answer {
  success: boolean;
  image: string | null;
  error?: string;
  error_type?: string;
  [field: string]: unknown;
}

/** A home with nothing but Hermes, its provider at the service, and our backend; the program is on the PATH. */
async function hermesMachine(service: Service, image_gen: object = {}): Promise<Machine & { hermes: string }> {
  const machine = await newMachine();
  delete machine.env.RUNAPI_API_KEY;
  const hermes = join(machine.home, '.hermes');
  await mkdir(hermes);
  const provider = { name: 'runapi', base_url: `${service.url}/v1`, key_env: 'RUNAPI_API_KEY' };
  await writeFile(join(hermes, 'config.yaml'), JSON.stringify({ custom_providers: [provider], image_gen }));
  const folder = join(machine.home, 'bin');
  await mkdir(folder);
  const script = `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`;
  await writeFile(join(folder, 'runapi-imagen'), script, { mode: 0o755 });
  machine.env.PATH = `${folder}:${machine.env.PATH}`;
  await writeFile(join(hermes, '.env'), `RUNAPI_API_KEY=${key}\n`);
  const { exitCode } = await run(machine, ['skill', 'install', '--target', 'hermes', '--image-backend']);
  expect(exitCode).toBe(0);
  return { ...machine, hermes };
}

/** Calls the backend as Hermes does: in a Python process, with Hermes' interface. */
async function call(machine: Machine & { hermes: string }, method: string, keywords: object = {}) {
  const { stdout, stderr } = await execa(
    'python3',
    [join(standIn, 'call_backend.py'), machine.hermes, method, JSON.stringify(keywords)],
    {
      cwd: machine.folder,
      env: { ...machine.env, PYTHONPATH: standIn, PYTHONDONTWRITEBYTECODE: '1' },
      extendEnv: false,
    },
  );
  expect(stdout + stderr).not.toContain(key);
  return JSON.parse(stdout) as Answer;
}

/** Nothing is on the PATH but Python and what the shell script says. */
async function replaceProgram(machine: Machine, name: string, script: string) {
  const folder = join(machine.home, 'only');
  await mkdir(folder);
  const python = await execa('python3', ['-c', 'import sys; print(sys.executable)']);
  await writeFile(join(folder, 'python3'), `#!/bin/sh\nexec '${python.stdout}' "$@"\n`);
  if (name !== '') await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  for (const file of await filesIn(folder)) await chmod(join(folder, file), 0o755);
  machine.env.PATH = folder;
}

const python = has('python3');

describe('the image backend for Hermes', () => {
  test('is written, and the two commands that turn it on are told and not run', async () => {
    const service = await startService();
    const { hermes, ...machine } = await hermesMachine(service);
    expect((await filesIn(hermes)).filter((name) => name.startsWith('plugins'))).toEqual([
      'plugins',
      'plugins/runapi',
      'plugins/runapi/.runapi-imagen.json',
      'plugins/runapi/__init__.py',
      'plugins/runapi/plugin.yaml',
    ]);
    for (const file of ['__init__.py', 'plugin.yaml'])
      expect(await readFile(join(hermes, 'plugins/runapi', file))).toEqual(
        await readFile(join(repository, 'hermes-backend', file)),
      );
    const config = await readFile(join(hermes, 'config.yaml'), 'utf8');
    const { stderr } = await run(machine, ['skill', 'install', '--target', 'hermes', '--image-backend']);
    expect(stderr).toContain('hermes plugins enable runapi');
    expect(stderr).toContain('hermes config set image_gen.provider runapi');
    expect(await readFile(join(hermes, 'config.yaml'), 'utf8')).toBe(config);
  });

  test('is what Hermes can install from the repository as it is', async () => {
    const manifest = load(await readFile(join(repository, 'hermes-backend/plugin.yaml'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'runapi', version: pack.version, kind: 'backend', author: 'runapi-imagen' });
    expect(manifest).toHaveProperty('description', expect.stringContaining('Reads the RunAPI key'));
    const program = await readFile(join(repository, 'hermes-backend/__init__.py'), 'utf8');
    expect(program).not.toMatch(/\/(home|Users|usr|root|tmp)\//);
  });

  test.skipIf(!python)('goes again, with what Python left in its folder (needs python3)', async () => {
    const machine = await hermesMachine(await startService());
    const folder = join(machine.hermes, 'plugins/runapi');
    await execa('python3', ['-m', 'compileall', '-q', folder]);
    expect(await filesIn(folder)).toContain('__pycache__');
    const { exitCode } = await run(machine, ['skill', 'uninstall', '--target', 'hermes']);
    expect(exitCode).toBe(0);
    expect((await filesIn(machine.hermes)).filter((name) => name.includes('runapi'))).toEqual([]);
  });

  test.skipIf(!python)('tells Hermes what it is (needs python3)', async () => {
    const service = await startService();
    const machine = await hermesMachine(service);
    expect(await call(machine, 'name')).toBe('runapi');
    expect(await call(machine, 'is_available')).toBe(true);
    expect(await call(machine, 'default_model')).toBe('imagen-4');
    expect(await call(machine, 'capabilities')).toEqual({
      modalities: ['text', 'image'],
      max_reference_images: 7,
      max_source_images: 8,
    });
    expect(await call(machine, 'list_models')).toMatchObject([
      { id: 'imagen-4', display: 'Imagen 4' },
      { id: 'imagen-4-fast', speed: 'fastest' },
      { id: 'imagen-4-ultra', price: 'see runapi.ai' },
    ]);
  });
});

describe('generate, through Python', () => {
  test.skipIf(!python).each([
    ['landscape', '16:9'],
    ['square', '1:1'],
    ['portrait', '9:16'],
    ['a banner', '16:9'],
    ['4:3', '4:3'],
  ])('makes %s a picture of %s in the folder that every chat may send from (needs python3)', async (aspect, ratio) => {
    const service = await startService();
    const machine = await hermesMachine(service);
    const prompt = 'a "mug" $HOME `id`; rm -rf /\n--new -- 커피';
    const keywords = { prompt, aspect_ratio: aspect, model: 'imagen-4-fast', num_images: 9 };
    const answer = await call(machine, 'generate', keywords);
    expect(answer).toMatchObject({
      success: true,
      model: 'imagen-4-fast',
      prompt,
      aspect_ratio: /^[a-z]+$/.test(aspect) ? aspect : 'landscape',
      ratio,
      modality: 'text',
      provider: 'runapi',
      width: 16,
      height: 16,
    });
    expect(dirname(answer.image ?? '')).toBe(join(machine.hermes, 'cache/images'));
    expect(await readFile(answer.image ?? '')).toEqual(service.picture);
    const [task] = service.tasks.values();
    expect(JSON.parse(task?.body ?? '')).toEqual({ model: 'imagen-4-fast', prompt, aspect_ratio: ratio });
    expect(service.calls[0]?.headers.authorization).toBe(`Bearer ${key}`);
  });

  test.skipIf(!python).each([
    ['the settings', { model: 'imagen-4-ultra' }, {}, 'imagen-4-ultra', '16:9'],
    ['an alias in the settings', { model: 'fast' }, {}, 'imagen-4-fast', '16:9'],
    ['the call, before the settings', { model: 'imagen-4-ultra' }, { model: 'fast' }, 'imagen-4-fast', '16:9'],
    [
      'an alias and a ratio of its own',
      {
        model: 'fal-ai/flux',
        runapi: { model: 'draft', models: { draft: 'imagen-4-fast' }, ratios: { landscape: '4:3' } },
      },
      { model: 'fal-ai/flux' },
      'imagen-4-fast',
      '4:3',
    ],
    ['a ratio as YAML reads it without quotes', { runapi: { ratios: { landscape: 243 } } }, {}, 'imagen-4', '4:3'],
    ['settings that are none', { model: 7, runapi: ['x'] }, {}, 'imagen-4', '16:9'],
  ])('takes model and ratio from %s (needs python3)', async (_, image_gen, keywords, model, ratio) => {
    const service = await startService();
    const machine = await hermesMachine(service, image_gen);
    const answer = await call(machine, 'generate', { prompt: 'a mug', ...keywords });
    expect(answer).toMatchObject({ success: true, model, ratio, aspect_ratio: 'landscape' });
    const [task] = service.tasks.values();
    expect(JSON.parse(task?.body ?? '')).toMatchObject({ model, aspect_ratio: ratio });
  });

  test.skipIf(!python)('passes over the model of another backend (needs python3)', async () => {
    const machine = await hermesMachine(await startService());
    const answer = await call(machine, 'generate', { prompt: 'a mug', model: 'fal-ai/flux-2-pro' });
    expect(answer).toMatchObject({ success: true, model: 'imagen-4' });
  });

  test.skipIf(!python)('makes a picture from pictures, whichever of Imagen is set (needs python3)', async () => {
    const service = await startService();
    const machine = await hermesMachine(service, { model: 'fast' });
    const [image_url, other] = ['https://example.com/a.png', 'https://example.com/b.png'];
    const sources = { image_url, reference_image_urls: [other, ' '] };
    const answer = await call(machine, 'generate', { prompt: 'bluer', ...sources });
    expect(answer).toMatchObject({ success: true, model: 'imagen-4-pro-remix-image', modality: 'image' });
    const [task] = service.tasks.values();
    expect(JSON.parse(task?.body ?? '')).toMatchObject({
      model: 'imagen-4-pro-remix-image',
      source_image_urls: [image_url, other],
    });
    for (const missing of ['/no/such.png', '--new']) {
      const refused = await call(machine, 'generate', { prompt: 'bluer', image_url: missing });
      expect(refused).toMatchObject({ success: false, error_type: 'validation' });
    }
    expect(service.tasks.size).toBe(1);
  });

  test.skipIf(!python)("hands on the service's refusal with what to do (needs python3)", async () => {
    const service = await startService();
    const machine = await hermesMachine(service);
    service.next('create', answering(402, { error: 'Insufficient credits' }));
    const answer = await call(machine, 'generate', { prompt: 'a mug' });
    expect(answer).toMatchObject({ success: false, error_type: 'insufficient_credits', prompt: 'a mug' });
    expect(answer.error).toMatch(/^Insufficient credits\. Add credits/);
  });

  test.skipIf(!python)(
    'says how to take up a task that outlasts its patience, and takes it up (needs python3)',
    async () => {
      const service = await startService({ runningLooks: 1000 });
      const machine = await hermesMachine(service);
      const slow = await call(machine, 'generate', { prompt: 'a mug', _quick: true });
      expect(slow).toMatchObject({ success: false, error_type: 'timeout' });
      expect(slow.error).toMatch(/The task goes on; take it up with: runapi-imagen resume tsk_\w+$/);
      service.always('look', (order, _response, usual) => {
        if (order.task) order.task.looks = 1000;
        usual();
      });
      expect(await call(machine, 'generate', { prompt: 'a mug' })).toMatchObject({ success: true });
      expect(service.tasks.size).toBe(1);
    },
  );
});

describe('where the program is not as it should be', () => {
  test.skipIf(!python)('names Node and where to get it when there is none (needs python3)', async () => {
    const machine = await hermesMachine(await startService());
    await replaceProgram(machine, '', '');
    expect(await call(machine, 'is_available')).toBe(false);
    const answer = await call(machine, 'generate', { prompt: 'a mug' });
    expect(answer).toMatchObject({ success: false, error_type: 'missing_dependency' });
    expect(answer.error).toContain('https://nodejs.org');
    expect(await call(machine, 'list_models')).toHaveLength(3);
  });

  test.skipIf(!python)('says so too when only npx is left, and its Node is gone (needs python3)', async () => {
    const machine = await hermesMachine(await startService());
    await replaceProgram(machine, 'npx', 'exec node-that-is-not-there');
    const answer = await call(machine, 'generate', { prompt: 'a mug' });
    expect(answer).toMatchObject({ success: false, error_type: 'missing_dependency' });
  });

  test.skipIf(!python)('falls back to npx, and the prompt is on stdin alone (needs python3)', async () => {
    const machine = await hermesMachine(await startService());
    const told = '{"error":{"code":"validation","message":"%s","hint":null}}';
    await replaceProgram(machine, 'npx', `read prompt; printf '${told}' "$* < $prompt"`);
    const answer = await call(machine, 'generate', { prompt: 'a mug' });
    expect(answer.error).toBe(
      '-y runapi-imagen generate - --json --timeout 300s --model imagen-4 --ratio 16:9 --dir . ' +
        '--output {prompt}-{task} < a mug',
    );
  });

  test.skipIf(!python).each([
    ['words and no JSON', 'echo "<html>"; echo "went wrong" >&2; exit 3', /ended with code 3: went wrong$/],
    ['nothing at all', 'exit 0', /ended with code 0: it said nothing that can be read$/],
    ['a file that is not there', `echo '{"images":[{"path":"/gone.png"}]}'`, /ended with code 0/],
    ['JSON of another kind', `echo '[1]'; echo '{"images":7}'; echo 'null'`, /ended with code 0/],
  ])('makes an error of an answer that is %s (needs python3)', async (_, script, error) => {
    const machine = await hermesMachine(await startService());
    await replaceProgram(machine, 'runapi-imagen', script);
    const answer = await call(machine, 'generate', { prompt: 'a mug' });
    expect(answer).toMatchObject({ success: false, error_type: 'provider_error' });
    expect(answer.error).toMatch(error);
  });

  test.skipIf(!python)('stops a program that hangs (needs python3)', async () => {
    const machine = await hermesMachine(await startService());
    await replaceProgram(machine, 'runapi-imagen', `exec '${process.execPath}' -e 'setInterval(() => {}, 1000)'`);
    const answer = await call(machine, 'generate', { prompt: 'a mug', _quick: true });
    expect(answer).toMatchObject({ success: false, error_type: 'provider_error' });
    expect(answer.error).toMatch(/stopped after \d+ s\. What it began is taken up with: runapi-imagen resume$/);
  });

  test.skipIf(!python)('tells that the folder for pictures cannot be made (needs python3)', async () => {
    const machine = await hermesMachine(await startService());
    await writeFile(join(machine.hermes, 'cache'), 'a file where a folder should be');
    expect(await call(machine, 'generate', { prompt: 'a mug' })).toMatchObject({ error_type: 'io_error' });
  });
});
