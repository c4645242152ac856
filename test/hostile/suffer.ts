import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { leftInRecord } from '../paid-task/life.ts';
import { type AtEnd, filesIn, newMachine, run } from '../support/program.ts';
import { type Service, startService } from '../support/service.ts';

const notePeak = pathToFileURL(join(import.meta.dirname, '../bench/note-peak.mjs')).href;
/** Node alone needs a third of it. */
const mostBytes = 200_000_000;

export interface Outcome {
  exitCode: number;
  told?: string | RegExp;
  /** Files in the folder at the end. */
  files?: number;
  words?: string[];
}

/**
 * Makes a picture where the server means harm. However it goes: two lines at most tell of it, no terminal is moved,
 * memory stays small, nothing is left behind, and one key was sent.
 */
export async function suffer(
  misbehave: (service: Service) => unknown,
  { exitCode, told, files = 0, words = [] }: Outcome,
  atEnd: AtEnd,
): Promise<Service> {
  const service = await startService({ runningLooks: 0 }, atEnd);
  misbehave(service);
  const machine = await newMachine(atEnd);
  const note = join(machine.home, 'peak');
  const env = { ...machine.env, NODE_OPTIONS: `--import=${notePeak}`, NOTE_PEAK: note };
  // What ends otherwise has time to do so on a busy machine.
  const timeout = exitCode === 5 ? '8s' : '30s';
  const usual = ['generate', 'a mug', '--timeout', timeout, '--poll-interval', '50ms', '--base-url', service.url];
  const made = await run(machine, [...usual, ...words], { env });
  const said = String(made.stderr);

  expect([made.exitCode, said]).toEqual([exitCode, said]);
  if (told) expect(said).toMatch(told);
  expect(`${made.stdout}${said}`).not.toMatch(/[^\P{Cc}\n]|[\p{Bidi_Control}\u2028\u2029]/u);
  expect(said).not.toMatch(/\n\s+at |^error: forged/m);
  const lines = said.split('\n');
  const error = lines.findIndex((line) => line.startsWith('error: '));
  if (error >= 0) expect(lines.slice(error).length).toBeLessThanOrEqual(2);
  for (const line of lines) expect(line.length).toBeLessThan(3000);
  expect(Number(await readFile(note, 'utf8'))).toBeLessThan(mostBytes);
  expect(await filesIn(machine.folder)).toHaveLength(files);
  expect((await leftInRecord(machine)).filter((name) => name.endsWith('.part'))).toEqual([]);
  const keys = service.calls.map(({ headers }) => headers['idempotency-key']).filter(Boolean);
  expect(new Set(keys).size).toBeLessThanOrEqual(1);
  return service;
}
