/** @module-tag slow */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { type Machine, newMachine, bin as ownBin } from '../support/program.ts';
import { json, type Order, type Service, startService } from '../support/service.ts';
import { makeNotedBin } from './noted-bin.mjs';
import { search } from './search.mjs';

const key = 'rk_live_7Q9XvPq2LmZt0sample';
const escaped = [...key].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('');

/** Repeats the key wherever there is room for it, in each way in which it can be written. */
function repeatingKey(status: number): Order {
  return (_call, response) =>
    void response
      .writeHead(status, {
        'content-type': 'application/json',
        'x-request-id': key,
        location: `/v1/tasks/tsk_1?key=${key}`,
        etag: `"${key}"`,
        'x-runapi-task-id': 'tsk_1',
      })
      .end(
        `{"status":"failed","error":"bad ${escaped}","errors":{"${key}":["${encodeURIComponent(key)}"]},` +
          `"more":"${'x'.repeat(1700)}${key}"}`,
      );
}

async function noted(plant = false) {
  const folder = await mkdtemp(join(tmpdir(), 'runapi-imagen-leak-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { path, writes } = await makeNotedBin(folder, ownBin, plant);
  const machine: Machine = await newMachine();
  const env = { ...machine.env, RUNAPI_API_KEY: key };
  const withEnv = (own: Record<string, string>, ...words: string[]) =>
    execa(process.execPath, [path, ...words, '--verbose'], {
      cwd: machine.folder,
      env: { ...env, ...own },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
  const at = (service: Service, ...words: string[]) => withEnv({}, ...words, '--base-url', service.url);
  return { machine, at, withEnv, found: () => search(writes, [key]) };
}

test('no byte that is written holds a part of the key, whatever is run and whatever the service repeats', async () => {
  const { machine, at, found } = await noted();
  const [well, ill] = [await startService({ runningLooks: 0 }), await startService({ runningLooks: 0 })];
  well.always('other', (_call, response) => json(response, 200, { balance_cents: 5 }));
  ill.always('look', repeatingKey(200));
  ill.always('other', repeatingKey(422));
  ill.next('create', repeatingKey(401), repeatingKey(422), repeatingKey(307));
  await writeFile(join(machine.folder, 'rows.txt'), 'a fox\nan owl\n');
  await Promise.all([
    at(well, 'generate', 'a mug', '--json', '--sidecar').then(async ({ exitCode }) => {
      expect(exitCode).toBe(0); // the program works as it does when nobody notes what it writes
      await at(well, 'history');
    }),
    at(well, 'batch', 'rows.txt').then(() => at(well, 'gallery')),
    at(well, 'doctor'),
    at(ill, 'generate', 'a').then(() => at(ill, 'generate', 'b').then(() => at(ill, 'generate', 'c', '--json'))),
    at(ill, 'models'),
    at(ill, 'generate', 'x', '--dry-run', '--json'),
  ]);
  const { runs, bytes, hits } = found();
  expect(hits).toEqual([]);
  expect(runs).toBe(10);
  expect(bytes).toBeGreaterThan(10_000);
});

/** A password of a proxy that looks like the key, so that the search finds it. */
const other = 'https://api.runapi.test';
const faulty: Array<[string, Record<string, string>]> = [
  ['a proxy with the password', { HTTPS_PROXY: `http://me:${key}@127.0.0.1:1`, RUNAPI_BASE_URL: other }],
  ['with a / in it', { HTTPS_PROXY: `http://me:a/${key}@127.0.0.1:1`, RUNAPI_BASE_URL: other }],
  ['with a @ and a # in it', { ALL_PROXY: `http://me:a@${key}#b@127.0.0.1:1`, RUNAPI_BASE_URL: other }],
  ['a proxy of an unknown kind', { ALL_PROXY: `socks4://me:${key}@127.0.0.1:1`, RUNAPI_BASE_URL: other }],
  ['swapped variables', { RUNAPI_API_KEY: other, RUNAPI_BASE_URL: key }],
  ['the key in quotes', { RUNAPI_API_KEY: `"${key}"`, RUNAPI_BASE_URL: 'http://127.0.0.1:1' }],
  ['the key with its name', { RUNAPI_API_KEY: `RUNAPI_API_KEY="${key}"`, RUNAPI_BASE_URL: 'http://127.0.0.1:1' }],
  ['a SOCKS proxy with the password', { ALL_PROXY: `socks5h://me:${key}@127.0.0.1:1`, RUNAPI_BASE_URL: other }],
  ['the key in both', { RUNAPI_BASE_URL: key }],
  ['a password in the base URL', { RUNAPI_BASE_URL: `https://me:${key}@runapi.test` }],
  ['in one that is none', { RUNAPI_BASE_URL: `https://me:${key}@run api.test` }],
  ['in one with a bad port', { RUNAPI_BASE_URL: `https://me:${key}@runapi.test:99999` }],
];

test.each(faulty)('nor where the user makes a mistake: %s', async (_, env) => {
  const { withEnv, found } = await noted();
  for (const words of [['generate', 'x', '--timeout', '3s'], ['doctor'], ['doctor', '--json'], ['balance', '--json']])
    expect((await withEnv(env, ...words)).exitCode).not.toBe(0);
  expect(found().hits).toEqual([]);
});

test('a key that was written would be found', async () => {
  const { at, found } = await noted(true);
  await at(await startService(), 'history');
  expect(
    found()
      .hits.map(({ place }) => place.replace(/.*[/\\]/, ''))
      .sort(),
  ).toEqual(['planted', 'stderr']);
});
