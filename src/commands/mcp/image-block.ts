import { readFile, stat } from 'node:fs/promises';
import type { TaskReport } from '../../report/task-report.ts';
import type { Block } from './tool.ts';

/** As base64 it stays under the megabyte that some clients allow one answer. */
const mostBytes = 700_000;

/** The first saved picture for the model to look at, small; undefined where there is none, or none can be made small. */
export async function imageBlock({ images }: TaskReport): Promise<Block | undefined> {
  const image = images.find(({ path }) => path !== null);
  if (!image?.path || !image.mime) return undefined;
  const bytes = await smallBytes(image.path, image.mime).catch(() => undefined);
  return bytes && { type: 'image', data: Buffer.from(bytes).toString('base64'), mimeType: image.mime };
}

async function smallBytes(path: string, mime: string): Promise<Uint8Array | undefined> {
  const { size } = await stat(path);
  if (size <= mostBytes) return await readFile(path);
  if (mime !== 'image/png') return undefined; // Imagen's JPEGs are nearly always small enough
  const { thumbnail } = await import('../../image/pixels.ts');
  const small = thumbnail(await readFile(path));
  return small && small.length <= mostBytes ? small : undefined;
}
