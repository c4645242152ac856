/** @module-tag slow */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type SandboxOptions, startSandbox } from '../../../src/sandbox/server.ts';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { answering, json, smallPng, startService } from '../../support/service.ts';
import { tellPrices } from '../../support/tariff.ts';

async function openSandbox(options: Partial<SandboxOptions> = {}): Promise<string> {
  const sandbox = await startSandbox({ latencyMs: 0, now: Date.now, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox.url;
}

/** Runs generate with --json and returns its lines. */
async function generate(machine: Machine, url: string, ...words: string[]) {
  const { exitCode, stdout, stderr } = await run(machine, ['generate', ...words, '--json', '--base-url', url]);
  return {
    exitCode,
    stderr,
    lines: stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

async function spent(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/me/balance`, { headers: { authorization: 'Bearer any' } });
  return ((await answer.json()) as { spent_cents_total: number }).spent_cents_total;
}

describe.each(['guide', 'service'] as const)('in the form of the %s', (dialect) => {
  test.each([
    ['nano-banana-2', ['--resolution', '2k', '--format', 'jpg'], 7, [{ width: 2048, mime: 'image/jpeg' }]],
    ['flux-2-pro-text-to-image', ['--ratio', '4:5'], 5, [{ width: 1024, height: 1152 }]],
    ['midjourney-v8.1', [], 9, [{}, {}, {}, {}]],
    ['nano-banana', ['--set', 'output_count=3'], 12, [{}, {}, {}]],
  ])('%s makes what was asked for', async (model, flags, cents, images) => {
    const machine = await newMachine();
    const url = await openSandbox({ dialect });
    const { exitCode, lines } = await generate(machine, url, 'fox', '-m', model, ...flags);
    expect(lines).toMatchObject([{ status: 'completed', model, images, cost: { charged_cents: cents } }]);
    const paths = lines[0].images.map(({ path }: { path: string }) => path);
    expect(new Set(paths).size).toBe(images.length);
    for (const { path, sha256 } of lines[0].images)
      expect(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ).toBe(sha256);
    expect(await spent(url)).toBe(cents);
    expect(exitCode).toBe(0);
  });

  test('a picture is made from a picture, under the name of the remix', async () => {
    const machine = await newMachine();
    const url = await openSandbox({ dialect });
    await writeFile(join(machine.folder, 'mug.png'), smallPng(200));
    const { exitCode, lines, stderr } = await generate(machine, url, 'make it blue', '--image', 'mug.png');
    const sha256 = createHash('sha256').update(smallPng(200)).digest('hex');
    expect(lines).toMatchObject([
      { model: 'imagen-4-pro-remix-image', source_images: [`sha256:${sha256}`], cost: { charged_cents: 10 } },
    ]);
    expect(stderr).toContain('Imagen 4 makes pictures from pictures with remix_image, as imagen-4-pro-remix-image');
    expect(exitCode).toBe(0);
  });

  test('a model that no line of the program knows is listed, bought and repeated', async () => {
    const machine = await newMachine();
    const url = await openSandbox({ dialect, models: ['zebra-9:zebra:5'] });
    const listed = await run(machine, ['models', 'zebra', '--base-url', url]);
    expect(listed.stdout).toBe('zebra-9\tzebra\t$0.05\tactive\ttext, pictures');
    expect((await run(machine, ['__complete', 'generate', '-m', ':zeb'])).stdout).toContain('zebra-9');
    const [first] = (await generate(machine, url, 'fox', '-m', 'zebra-9', '--set', 'stripes=9')).lines;
    const [again] = (await generate(machine, url, '--again', first.task_id)).lines;
    for (const line of [first, again])
      expect(line).toMatchObject({ status: 'completed', model: 'zebra-9', set: { stripes: 9 } });
    expect(again.task_id).not.toBe(first.task_id);
    expect(await spent(url)).toBe(10);
  });

  test('a value that the service refuses is told with its field, and costs nothing', async () => {
    const url = await openSandbox({ dialect });
    const { exitCode, lines } = await generate(await newMachine(), url, 'fox', '-m', 'wan-2.7-image', '-r', 'tall');
    expect(lines).toMatchObject([{ error: { code: 'validation', details: { aspect_ratio: [expect.any(String)] } } }]);
    expect(exitCode).toBe(4);
    expect(await spent(url)).toBe(0);
  });
});

describe('a model', () => {
  test('that is misspelled is suggested, and nothing is sent', async () => {
    const url = await openSandbox();
    const { exitCode, stderr } = await generate(await newMachine(), url, 'fox', '-m', 'nano-banan-2');
    expect(stderr).toMatch(/^error: \S+ has no model "nano-banan-2"; did you mean nano-banana-2\?\nNothing was sent/);
    expect(exitCode).toBe(4);
    expect(await spent(url)).toBe(0);
  });

  test('that is disabled is refused with its neighbours', async () => {
    const url = await openSandbox({ retire: ['recraft-v3'] });
    const { exitCode, lines } = await generate(await newMachine(), url, 'fox', '-m', 'recraft-v3');
    expect(lines[0].error.message).toMatch(/no longer sells recraft-v3: it is disabled$/);
    expect(lines[0].error.hint).toContain('Of about that price: nano-banana ($0.04), ');
    expect(exitCode).toBe(4);
  });

  test('under maintenance is bought with a warning', async () => {
    const url = await openSandbox({ maintenance: ['recraft-v3'] });
    const { exitCode, stderr } = await generate(await newMachine(), url, 'fox', '-m', 'recraft-v3');
    expect(stderr).toContain('warning: recraft-v3 is under maintenance at the service: it may fail or take long\n');
    expect(exitCode).toBe(0);
  });

  test('of Imagen that the service retires is told with the command that buys a successor', async () => {
    const machine = await newMachine();
    const url = await openSandbox({ retire: ['imagen-4'] });
    const { exitCode, lines } = await generate(machine, url, "a fox's den", '--seed', '7');
    expect(lines[0].error.message).toMatch(/no longer sells imagen-4: Validation failed/);
    const [, command = ''] = /Instead: (.+)$/.exec(lines[0].error.hint) ?? [];
    expect(command).toBe(`runapi-imagen generate "a fox's den" --model flux-kontext-max --seed 7 --base-url ${url}`);
    expect(exitCode).toBe(4);
    expect(await spent(url)).toBe(0);
  });

  test('that is retired stops a batch, which goes on with another', async () => {
    const machine = await newMachine();
    const url = await openSandbox({ retire: ['imagen-4'] });
    await writeFile(join(machine.folder, 'rows.txt'), 'a fox\nan owl\na hare\n');
    const words = ['batch', 'rows.txt', '--concurrency', '1', '--base-url', url];
    const stopped = await run(machine, words);
    expect(stopped.exitCode).toBe(4);
    expect(stopped.stderr).toMatch(/the same command with --model \S+\n[\s\S]*1 failed · 2 not begun/);
    expect((await run(machine, [...words, '--model', 'nano-banana'])).exitCode).toBe(0);
    expect((await filesIn(machine.folder)).filter((name) => name.endsWith('.png'))).toHaveLength(3);
    expect(await spent(url)).toBe(12);
  });
});

describe('without a catalogue', () => {
  test('Imagen asks for nothing more than its task and its picture', async () => {
    const service = await startService();
    const { exitCode } = await generate(await newMachine(), service.url, 'fox', '--poll-interval', '5ms');
    expect(exitCode).toBe(0);
    expect(service.count('create')).toBe(1);
    expect(service.count('image')).toBe(1);
    expect(service.count('other')).toBe(0);
  });

  test('any other name is sent in the form of the guide, and the service decides', async () => {
    const service = await startService();
    service.always('other', answering(503, { error: 'busy' }));
    const words = ['fox', '-m', 'mystery-1', '--poll-interval', '5ms'];
    const { exitCode } = await generate(await newMachine(), service.url, ...words);
    expect(exitCode).toBe(0);
    expect(service.calls.filter(({ kind }) => kind === 'create').map(({ body }) => JSON.parse(body))).toEqual([
      { model: 'mystery-1', prompt: 'fox' },
    ]);
  });

  test('the form of the service says what is missing, and nothing is sent', async () => {
    const service = await startService({ dialect: 'service' });
    service.always('other', answering(503, { error: 'busy' }));
    const machine = await newMachine();
    await run(machine, ['config', 'set', 'api', 'service']);
    const { exitCode, lines } = await generate(machine, service.url, 'fox', '-m', 'mystery-1');
    expect(lines[0].error.message).toMatch(/^the catalogue of models is not available, and \S+ needs/);
    expect(service.count('create')).toBe(0);
    expect(exitCode).toBe(4);
  });

  test('a kept one says where a model belongs', async () => {
    const service = await startService({ dialect: 'service' });
    tellPrices(service);
    const machine = await newMachine();
    await run(machine, ['config', 'set', 'api', 'service']);
    await run(machine, ['models', '--base-url', service.url]);
    service.always('other', (call, response) => json(response, call.method === 'POST' ? 404 : 503, {}));
    await generate(machine, service.url, 'fox', '-m', 'painter-2', '--no-wait');
    expect(service.calls.map(({ method, path }) => `${method} ${path}`)).toContain(
      'POST /api/v1/painter/text_to_image',
    );
  });
});
