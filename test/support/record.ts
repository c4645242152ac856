import { createHash } from 'node:crypto';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Machine } from './program.ts';
import { smallPng } from './service.ts';

/** A task of the record, with what is not usual about it. */
export interface Remembered {
  prompt?: string;
  model?: string;
  aspectRatio?: string;
  negativePrompt?: string;
  seed?: number;
  /** Milliseconds since 1970. */
  at?: number;
  /** Its picture in the machine's folder; null where nothing was saved. */
  file?: string | null;
  /** Null leaves the task open. */
  how?: 'saved' | 'kept' | 'failed' | 'refused' | 'given-up' | 'expired' | null;
  /** Null where the answer to the request never came. */
  id?: string | null;
  message?: string;
  row?: { batch: string; row: number; key: string; id?: string };
  sandbox?: boolean;
  /** What the service told of the price; 8 cents where it is left out. */
  cost?: { currency: string; reserved_cents: number | null; charged_cents: number; refunded: boolean } | null;
  key?: string;
  width?: number;
  height?: number;
}

/** When the first of the remembered tasks was made, and how long after it each next one. */
export const firstAt = Date.UTC(2024, 9, 20, 10);
export const apartMs = 60_000;

/** The events of a task in the documented form, one a line. */
export function linesOf(task: Remembered, position: number, folder: string): string {
  const { prompt = `prompt ${position}`, model = 'imagen-4', at = firstAt + position * apartMs, how = 'saved' } = task;
  const {
    id = `tsk_${String(position).padStart(6, '0')}`,
    file = `picture-${position}.png`,
    key = `key-${position}`,
  } = task;
  const { aspectRatio, negativePrompt, seed, row, sandbox = false, message, width = 16, height = 16 } = task;
  const request = { model, prompt, aspectRatio, negativePrompt, seed };
  const server = { base: sandbox ? 'sandbox' : 'https://runapi.ai', sandbox };
  const target = { folder, output: '', existing: 'rename', index: 1 };
  const { cost = { currency: 'USD', reserved_cents: 8, charged_cents: 8, refunded: false } } = task;
  const events: object[] = [{ event: 'intended', key, at, server, request, target, row }];
  if (id !== null) events.push({ event: 'accepted', key, at, id, dialect: 'guide', replayed: false, cost });
  if (how === 'saved' || how === 'kept')
    events.push({
      event: 'completed',
      key,
      at: at + 8000,
      images: [{ url: `https://file.runapi.ai/${id}.png` }],
      cost,
    });
  if (how === 'saved' && file !== null) {
    const bytes = pictureOf(position);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const saved = { path: join(folder, file), bytes: bytes.length, mime: 'image/png', width, height, sha256 };
    events.push({ event: 'saved', key, at: at + 9000, index: 0, file: saved });
  }
  if (how !== null) events.push({ event: 'ended', key, at: at + 9000, how, message });
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** Writes tasks into the record as one run of the past, and their pictures into the machine's folder. */
export async function remember(
  machine: Machine,
  tasks: readonly Remembered[],
  name = 'm0000000-aaaaaaaa',
): Promise<string> {
  const open = tasks.some(({ how }) => how === null);
  const folder = join(machine.home, '.local/state/runapi-imagen', open ? 'runs' : 'done');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.nobody.jsonl`);
  const lines = tasks.map((task, position) => linesOf(task, position, machine.folder));
  await writeFile(path, `${JSON.stringify({ format: 1, program: '0.1.0' })}\n${lines.join('')}`);
  const last = Math.max(firstAt, ...tasks.map(({ at }, position) => at ?? firstAt + position * apartMs)) / 1000 + 10;
  await utimes(path, last, last);
  for (const [position, { file = `picture-${position}.png`, how = 'saved' }] of tasks.entries()) {
    if (how !== 'saved' || file === null) continue;
    await mkdir(dirname(join(machine.folder, file)), { recursive: true });
    await writeFile(join(machine.folder, file), pictureOf(position));
  }
  return path;
}

function pictureOf(position: number): Buffer {
  return smallPng((position * 37) % 256);
}
