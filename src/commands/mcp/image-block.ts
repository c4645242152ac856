import { readSaved } from '../../disk/examine.ts';
import type { TaskReport } from '../../report/task-report.ts';
import type { Block } from './tool.ts';

/** As base64 it stays under the megabyte that some clients allow one answer. */
const mostBytes = 700_000;
/** More is not read for it. */
const mostRead = 64 * 1024 * 1024;

/**
 * The first saved picture for the model to look at, small; undefined where there is none, where none can be made small,
 * or where another file has taken its name since it was saved.
 */
export async function imageBlock({ images }: TaskReport): Promise<Block | undefined> {
  const image = images.find(({ path }) => path !== null);
  if (!image?.path || !image.mime || !image.sha256) return undefined;
  const whole = readSaved(image.path, image.sha256, mostRead);
  const bytes = whole && (await smallBytes(whole, image.mime).catch(() => undefined));
  return bytes && { type: 'image', data: Buffer.from(bytes).toString('base64'), mimeType: image.mime };
}

async function smallBytes(whole: Uint8Array, mime: string): Promise<Uint8Array | undefined> {
  if (whole.length <= mostBytes) return whole;
  if (mime !== 'image/png') return undefined; // Imagen's JPEGs are nearly always small enough
  const { thumbnail } = await import('../../image/pixels.ts');
  const small = thumbnail(whole);
  return small && small.length <= mostBytes ? small : undefined;
}
