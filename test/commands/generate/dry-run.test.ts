import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crash } from '../../support/crash.ts';
import { filesIn, newMachine, run } from '../../support/program.ts';
import { losingTheAnswer, smallPng, startService } from '../../support/service.ts';
import { countQuotes, tellPrices } from '../../support/tariff.ts';

const words = ['generate', 'mug with HELLO', '--ratio', '16:9', '--seed', '7', '--dry-run'];

test('prints the request, where it would go and its live price, and submits nothing', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const env = { ...machine.env, RUNAPI_API_KEY: '' };
  const { exitCode, stdout, stderr } = await run({ ...machine, env }, [...words, '--base-url', service.url]);
  expect(stdout).toBe(
    [
      `POST ${service.url}/v1/text_to_image`,
      '{',
      '  "model": "imagen-4",',
      '  "prompt": "mug with HELLO",',
      '  "aspect_ratio": "16:9",',
      '  "seed": 7',
      '}',
      `saved as  ${machine.folder}/{prompt}-{task}.{ext}`,
      'costs     $0.08',
    ].join('\n'),
  );
  expect(stderr).toBe('Nothing was submitted');
  expect(exitCode).toBe(0);
  expect(service.count('create')).toBe(0);
  expect(await filesIn(machine.folder)).toEqual([]);
});

test('asks for the price of the very request', async () => {
  const service = await startService();
  tellPrices(service);
  await run(await newMachine(), [...words, '--base-url', service.url]);
  expect(JSON.parse(service.calls[0]?.body ?? '')).toEqual({
    service: 'imagen-4',
    action: 'text_to_image',
    model: 'imagen-4',
    params: { prompt: 'mug with HELLO', aspect_ratio: '16:9', seed: 7 },
  });
});

test('is one object a request with --json, and the same request is asked about once', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const { exitCode, stdout, stderr } = await run(machine, [
    ...words,
    ...['-n', '2', '--model', 'imagen-4,fast', '--json', '--output', 'x.png', '--base-url', service.url],
  ]);
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  expect(lines.map(({ request }) => request.model)).toEqual(['imagen-4', 'imagen-4-fast', 'imagen-4', 'imagen-4-fast']);
  expect(lines[0]).toEqual({
    dry_run: true,
    method: 'POST',
    url: `${service.url}/v1/text_to_image`,
    request: { model: 'imagen-4', prompt: 'mug with HELLO', aspect_ratio: '16:9', seed: 7 },
    path: `${machine.folder}/x.png`,
    quote: { currency: 'USD', reserved_cents: 8, as_of: '2026-11-20T00:00:00Z' },
    error: null,
    take_up: null,
    skipped: false,
  });
  expect(stderr).toBe('Nothing was submitted: 4 pictures would cost $0.32');
  expect(exitCode).toBe(0);
  expect(countQuotes(service)).toBe(2);
});

test('is a summary for people where there are many', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const many = ['generate', 'a mug', '-n', '300', '--model', 'imagen-4,fast', '-r', '16:9', '--dry-run'];
  const { exitCode, stdout, stderr } = await run(machine, [...many, '--base-url', service.url]);
  expect(stdout.split('\n')).toEqual([
    `POST ${service.url}/v1/text_to_image 600 times`,
    '{',
    '  "prompt": "a mug",',
    '  "aspect_ratio": "16:9"',
    '}',
    '300 × imagen-4 16:9 at $0.08',
    '300 × imagen-4-fast 16:9 at $0.08',
    `saved as  ${machine.folder}/{prompt}-{model}-1-{task}.{ext} and 299 more`,
  ]);
  expect(stderr).toBe('Nothing was submitted: 600 pictures would cost $48.00');
  expect(exitCode).toBe(0);
  expect([countQuotes(service), service.count('create')]).toEqual([2, 0]);
});

test('goes on without a price where the service tells none', async () => {
  const service = await startService();
  const { exitCode, stdout, stderr } = await run(await newMachine(), [...words, '--base-url', service.url]);
  expect(stdout).toContain('costs     not known');
  expect(stderr).toBe('warning: the price is not available now: no such route\nNothing was submitted');
  expect(exitCode).toBe(0);
});

test('answers with --max-cost whether the real one would go through', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const above = await run(machine, [...words, '--max-cost', '0.07', '--base-url', service.url]);
  expect(above.stdout).toContain('costs     $0.08');
  expect(above.stderr).toContain('error: the picture costs $0.08 now: more than --max-cost $0.07');
  expect(above.exitCode).toBe(3);
  const within = await run(machine, [...words, '--max-cost', '0.08', '--base-url', service.url]);
  expect(within.exitCode).toBe(0);
  expect(service.count('create')).toBe(0);
});

test('tells what an interrupted run has paid for: the real one buys only the rest', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  const mug = ['generate', 'a mug', '--base-url', service.url];
  await crash(service, machine, [...mug, '-n', '2', '--poll-interval', '5ms'], 2);
  tellPrices(service);
  const before = await filesIn(machine.home);
  const ids = [...service.tasks.values()].map(({ id }) => id);

  const one = await run(machine, [...mug, '--dry-run']);
  expect(one.stdout).toMatch(/\ncosts {5}nothing more: task (\S+) of an interrupted run is taken up, already paid$/);
  expect(one.stderr).toBe('Nothing was submitted');
  const many = await run(machine, [...mug, '-n', '3', '--dry-run', '--max-cost', '0.08']);
  expect(many.stdout).toContain('2 to take up, already paid\n1 to buy\n1 × imagen-4 at $0.08\n');
  expect(many.exitCode).toBe(0);
  const lines = (await run(machine, [...mug, '-n', '3', '--dry-run', '--json'])).stdout
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(new Map(lines.map(({ take_up, quote }) => [take_up, quote?.reserved_cents]))).toEqual(
    new Map([...ids.map((id) => [id, undefined] as const), [null, 8]]),
  );
  const anew = await run(machine, [...mug, '-n', '3', '--dry-run', '--new']);
  expect(anew.stderr).toBe('Nothing was submitted: 3 pictures would cost $0.24');
  expect(await filesIn(machine.home)).toEqual(before);

  const real = await run(machine, [...mug, '-n', '3', '--poll-interval', '5ms']);
  expect([real.exitCode, service.tasks.size]).toEqual([0, 3]);
});

test('tells of a request without an answer that it may be paid already', async () => {
  const service = await startService();
  tellPrices(service);
  service.always('create', losingTheAnswer);
  const machine = await newMachine();
  const mug = ['generate', 'a mug', '--base-url', service.url];
  expect((await run(machine, [...mug, '--timeout', '1s'])).exitCode).toBe(8);
  const { stdout } = await run(machine, [...mug, '--dry-run']);
  expect(stdout).toContain('costs     $0.08, or nothing if the service has the request of an interrupted run');
});

test('tells what --skip-existing skips', async () => {
  const service = await startService();
  tellPrices(service);
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'mug.png'), smallPng(20));
  const words = ['generate', 'a mug', '-o', 'mug', '--skip-existing', '--dry-run', '--base-url', service.url];
  const { stdout, stderr } = await run(machine, words);
  expect(stdout).toContain(`saved as  ${machine.folder}/mug.png\ncosts     nothing: the file exists and is skipped`);
  expect(stderr).toBe('Nothing was submitted');
});

test('works in the sandbox', async () => {
  const { exitCode, stdout } = await run(await newMachine(), [...words, '--sandbox', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ dry_run: true, quote: { reserved_cents: 8 } });
  expect(exitCode).toBe(0);
});
