/** @module-tag slow */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { type Machine, newMachine, run } from '../../support/program.ts';
import { smallPng } from '../../support/service.ts';
import { type Served, startServe } from './start-serve.ts';

async function openSandbox(latencyMs: number): Promise<string[]> {
  const sandbox = await startSandbox({ latencyMs, now: Date.now });
  onTestFinished(() => sandbox.close());
  return ['--base-url', sandbox.url, '--poll-interval', '20ms'];
}

function formOf(fields: Record<string, string | Uint8Array | readonly Uint8Array[]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    for (const each of Array.isArray(value) ? value : [value])
      if (typeof each === 'string') form.append(name, each);
      else form.append(name, new Blob([each], { type: 'image/png' }), `${name}.png`);
  return form;
}

function edit({ url, token }: Served, form: FormData): Promise<Response> {
  return fetch(`${url}/images/edits`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form });
}

async function ledger(machine: Machine) {
  const { stdout } = await run(machine, ['history', '--json']);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function kept({ home }: Machine): Promise<string[]> {
  return readdir(join(home, '.local/state/runapi-imagen/serve-pictures')).catch(() => []);
}

test('makes pictures from the pictures of a form, which it removes then', async () => {
  const machine = await newMachine();
  const served = await startServe(machine, await openSandbox(0));
  const fields = { model: 'gpt-image-1', prompt: 'bluer', n: '2', size: '1536x1024', quality: 'high' };
  const form = formOf({ ...fields, output_format: 'jpeg', 'image[]': [smallPng(200), smallPng(300)] });
  const answer = await edit(served, form);
  const body = (await answer.json()) as { data: Array<{ b64_json: string }>; output_format: string };
  expect([answer.status, body.data.length, body.output_format]).toEqual([200, 2, 'jpeg']);
  const made = await ledger(machine);
  expect(made.length).toBe(2);
  for (const line of made) {
    expect(line).toMatchObject({ model: 'imagen-4-pro-remix-image', aspect_ratio: '3:2', format: 'jpg' });
    expect(line.source_images).toEqual([expect.stringMatching(/^sha256:/), expect.stringMatching(/^sha256:/)]);
  }
  while ((await kept(machine)).length > 0) await new Promise((turn) => setImmediate(turn));
});

test('after SIGKILL the same form takes its task up', async () => {
  const machine = await newMachine();
  const words = await openSandbox(3000);
  const first = await startServe(machine, words);
  const form = { prompt: 'bluer', image: smallPng(200) };
  const asked = edit(first, formOf(form)).catch(() => undefined);
  const isAccepted = async (): Promise<boolean> => (await ledger(machine)).some(({ task_id }) => task_id !== null);
  while (!(await isAccepted())) await new Promise((turn) => setImmediate(turn));
  await first.kill();
  await asked;
  const second = await startServe(machine, words);
  expect((await edit(second, formOf(form))).status).toBe(200);
  expect((await ledger(machine)).length).toBe(1);
});

test('refuses what is not a form with pictures, and keeps nothing of it', async () => {
  const machine = await newMachine();
  const served = await startServe(machine, ['--sandbox']);
  const image = smallPng(200);
  const refused: Array<[FormData, string]> = [
    [formOf({ prompt: 'bluer' }), 'Send a picture as image'],
    [formOf({ prompt: 'bluer', image: '/etc/passwd' }), 'send it as a file'],
    [formOf({ prompt: 'bluer', image: new Uint8Array(500) }), 'not a whole PNG'],
    [formOf({ prompt: 'bluer', image, mask: image }), 'Invalid mask'],
    [formOf({ image, n: 'x' }), '2 problems'],
    [formOf({ prompt: 'bluer', image, model: 'imagen-4-ultra' }), 'takes no pictures'],
  ];
  for (const [form, reason] of refused) {
    const answer = await edit(served, form);
    const { error } = (await answer.json()) as { error: { message: string } };
    expect([answer.status, error.message]).toEqual([400, expect.stringContaining(reason)]);
  }
  expect((await served.ask({ prompt: 'a' }, { path: 'edits' })).status).toBe(415);
  expect(await ledger(machine)).toEqual([]);
  expect(await kept(machine)).toEqual([]);
});
