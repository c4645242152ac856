import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import { type AtEnd, filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { type Service, type ServiceOptions, smallPng, startService } from '../support/service.ts';

/** What a fault leads to. Where nothing is told, the picture is there and one task was charged. */
export interface Outcome {
  exitCode?: number;
  /** Tasks that the service charged for in the end. */
  charged?: number;
  /** A part of stderr. */
  told?: string | RegExp;
  /** What `resume` finds once the fault is over. */
  later?: 'the picture' | 'nothing';
  options?: ServiceOptions;
  words?: string[];
}

/** A picture of several packets, so that it can be torn in its middle. */
export const picture = largePng();

/**
 * Runs the real program against a service that misbehaves, then, once the service is well again, `resume`. However it
 * goes: what is on disk is whole, what was accepted was charged once, and nothing else is left anywhere.
 */
export async function live(
  misbehave: (service: Service, machine: Machine) => unknown,
  outcome: Outcome,
  atEnd: AtEnd,
): Promise<Service> {
  const { exitCode = 0, charged = 1, told, later, options, words = [] } = outcome;
  const pictures = options?.pictures ?? [picture];
  const service = await startService({ runningLooks: 2, ...options, pictures }, atEnd);
  const machine = await newMachine(atEnd);
  await misbehave(service, machine);

  const usual = ['generate', 'a mug', '--poll-interval', '20ms', '--base-url', service.url];
  const first = await run(machine, [...usual, ...words]);
  if (told) expect(first.stderr).toMatch(told);
  expect([first.exitCode, first.stderr]).toEqual([exitCode, first.stderr]);
  expect(first.stderr).not.toMatch(/\n\s+at /);
  expect(first.stdout.split('\n').filter(Boolean).sort()).toEqual(await filesIn(machine.folder));

  if (exitCode !== 0) {
    service.heal();
    const { stderr, exitCode: second } = await run(machine, ['resume', '--poll-interval', '20ms']);
    expect([second, stderr]).toEqual([0, stderr]);
    if (later === 'nothing') expect(stderr).toBe('Nothing to resume: every task has ended');
  }
  expect(service.tasks.size).toBe(charged);
  const files = await filesIn(machine.folder);
  expect(files).toHaveLength(later === 'nothing' ? 0 : charged * pictures.length);
  const contents = await Promise.all(files.map((name) => readFile(join(machine.folder, name))));
  for (const each of contents) expect(pictures.some((wanted) => wanted.equals(each))).toBe(true);
  expect(new Set(contents.map(String)).size).toBe(later === 'nothing' ? 0 : pictures.length);
  expect(await leftInRecord(machine)).toEqual([]);
  return service;
}

/** Unfinished runs and temporary files in the state folder. */
export async function leftInRecord({ home }: Machine): Promise<string[]> {
  const files = await filesIn(join(home, '.local/state/runapi-imagen'));
  return files.filter((name) => name.endsWith('.part') || /^runs./.test(name));
}

function largePng(): Buffer {
  const plain = smallPng(9);
  const padding = Buffer.alloc(200_000, 'x');
  const chunk = Buffer.alloc(12 + padding.length);
  chunk.writeUInt32BE(padding.length, 0);
  chunk.write('tEXt', 4, 'latin1');
  padding.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  const headerEnd = 33; // after the signature and IHDR
  return Buffer.concat([plain.subarray(0, headerEnd), chunk, plain.subarray(headerEnd)]);
}
