import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { has } from '../support/has.ts';
import { type AtEnd, bin, type Machine, newMachine, run } from '../support/program.ts';
import { json, startService } from '../support/service.ts';

/** Some commands run with all tests; `npm run test:connections` runs each of them and prints what it connected to. */
const all = process.env.CONNECTIONS === 'all';
const hook = pathToFileURL(join(import.meta.dirname, 'note-connections.mjs')).href;

/** What the program asked of the network, each once. */
async function connectionsOf(machine: Machine, words: readonly string[], input?: string): Promise<string[]> {
  const note = join(machine.home, 'connections');
  await writeFile(note, '');
  const env = { ...machine.env, NODE_OPTIONS: `--import=${hook}`, NOTE_CONNECTIONS: note };
  const made = await run(machine, words, { env, timeout: 30_000, ...(input !== undefined && { input }) });
  expect(made.timedOut).toBe(false);
  const noted = (await readFile(note, 'utf8')).split('\n').filter(Boolean);
  if (all) process.stdout.write(`${words.join(' ').slice(0, 50).padEnd(50)} ${noted.length} ${[...new Set(noted)]}\n`);
  return [...new Set(noted)].sort();
}

/** An API whose pictures lie on another host. */
async function twoHosts(atEnd: AtEnd) {
  const [api, images] = [await startService({ runningLooks: 0 }, atEnd), await startService({}, atEnd)];
  api.always('other', (_call, response) => json(response, 200, { balance_cents: 100 }));
  api.always('look', ({ task }, response) =>
    json(response, 200, {
      id: task?.id ?? 'tsk_1',
      status: 'completed',
      images: [{ url: `${images.url}/files/x/0.png` }],
    }),
  );
  return { api: api.url, atApi: `connect ${new URL(api.url).host}`, atImages: `connect ${new URL(images.url).host}` };
}

describe('commands that need no network use none, not even for a name', () => {
  const few = [['--version'], ['--help'], ['history'], ['gallery'], ['config', 'list'], ['completion', 'bash']];
  const more = [
    ['help', 'generate'],
    ['generate', '--json-schema'],
    ['generate', 'a', '--ratio', '5:1'],
    ['generat', 'a'],
    ['config', 'path'],
    ['config', 'set', 'model', 'fast'],
    ['resume'],
    ['skill', 'install', '--target', 'claude'],
    ['mcp', '--print-config', 'claude'],
    ['mcp'],
  ];
  test.concurrent.for(few.map((words) => words.join(' ')))('%s', async (words, { onTestFinished }) => {
    expect(await connectionsOf(await newMachine(onTestFinished), words.split(' '))).toEqual([]);
  });
  test.skipIf(!all).concurrent.for(more.map((words) => words.join(' ')))('%s', async (words, { onTestFinished }) => {
    expect(await connectionsOf(await newMachine(onTestFinished), words.split(' '))).toEqual([]);
  });
});

describe('the others connect to the API and to the host of the pictures, and nowhere else', () => {
  test.concurrent('generate', async ({ onTestFinished }) => {
    const { api, atApi, atImages } = await twoHosts(onTestFinished);
    const machine = await newMachine(onTestFinished);
    const found = await connectionsOf(machine, ['generate', 'a mug', '--base-url', api]);
    expect(found).toEqual([atApi, atImages].sort());
  });

  test.skipIf(!all).concurrent.for<[string[], 'api' | 'both']>([
    [['status', 'tsk_1'], 'api'],
    [['download', 'tsk_1'], 'both'],
    [['batch', '-'], 'both'],
    [['models'], 'api'],
    [['balance'], 'api'],
    [['doctor'], 'api'],
    [['generate', 'a', '--no-wait'], 'api'],
    [['generate', 'a', '--no-download'], 'api'],
    [['generate', 'a', '--dry-run'], 'api'],
    [['generate', 'a', '--max-cost', '1'], 'api'],
  ])('%s', async ([words, where], { onTestFinished }) => {
    const { api, atApi, atImages } = await twoHosts(onTestFinished);
    const machine = await newMachine(onTestFinished);
    const found = await connectionsOf(machine, [...words, '--base-url', api], 'a fox\n');
    expect(found).toEqual(where === 'api' ? [atApi] : [atApi, atImages].sort());
  });

  test.skipIf(!all).concurrent('resume goes where the task was asked for', async ({ onTestFinished }) => {
    const { api, atApi, atImages } = await twoHosts(onTestFinished);
    const machine = await newMachine(onTestFinished);
    await connectionsOf(machine, ['generate', 'a', '--no-wait', '--base-url', api]);
    expect(await connectionsOf(machine, ['resume', '--all'])).toEqual([atApi, atImages].sort());
  });

  test.skipIf(!all).concurrent('the sandbox stays on this machine', async ({ onTestFinished }) => {
    const found = await connectionsOf(await newMachine(onTestFinished), ['generate', 'a', '--sandbox']);
    for (const each of found) expect(each).toMatch(/^(connect|listen|look up) 127\.0\.0\.1/);
    expect(found.length).toBeGreaterThan(0);
  });

  test.skipIf(!all).concurrent('only the name of the API is looked up', async ({ onTestFinished }) => {
    const { api, atImages } = await twoHosts(onTestFinished);
    const named = api.replace('127.0.0.1', 'localhost');
    const found = await connectionsOf(await newMachine(onTestFinished), ['generate', 'a', '--base-url', named]);
    expect(found).toEqual([`connect ${new URL(named).host}`, atImages, 'look up localhost'].sort());
  });
});

test.skipIf(!all || !has('strace'))('the system saw the same connections (needs strace)', async () => {
  const { api } = await twoHosts(onTestFinished);
  const machine = await newMachine();
  const log = join(machine.home, 'strace');
  for (const [words, ports] of [
    [['--help'], 0],
    [['history'], 0],
    [['generate', 'a', '--base-url', api], 2],
  ] as const) {
    const traced = ['-f', '-e', 'trace=connect,sendto,sendmsg', '-o', log, process.execPath, bin, ...words];
    const child = spawn('strace', traced, { cwd: machine.folder, env: machine.env, stdio: 'ignore' });
    await new Promise((ended) => child.on('close', ended));
    const calls = (await readFile(log, 'utf8')).match(/sin6?_port=htons\(\d+\)|sun_path="[^"]*"/g) ?? [];
    expect([words[0], new Set(calls).size]).toEqual([words[0], ports]);
  }
});
