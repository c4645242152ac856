import { stat } from 'node:fs/promises';
import type { Context } from '../../context.ts';
import { beganAt, type Entry } from '../../journal/entry.ts';
import type { SavedFile } from '../../journal/event.ts';
import { recordedStatus } from '../../report/report-entry.ts';
import { ratios } from '../../request/models.ts';
import type { ImageRequest } from '../../request/request.ts';
import { galleryFacts } from './facts.ts';
import type { GalleryPicture } from './picture.ts';

/**
 * The pictures of recorded tasks, in their order: one for each file that was saved, whether it is still there or not,
 * and one without a file for a task that nothing was saved of.
 * @param folder where the page is going to be
 */
export async function galleryPictures(
  context: Context,
  entries: readonly Entry[],
  folder: string,
): Promise<GalleryPicture[]> {
  const pictures: GalleryPicture[] = [];
  for (const entry of entries) {
    const saved = Object.values(entry.saved);
    for (const file of saved.length > 0 ? saved : [undefined]) {
      pictures.push(await galleryPicture(context, entry, file, folder));
    }
  }
  return pictures;
}

async function galleryPicture(
  context: Context,
  entry: Entry,
  saved: SavedFile | undefined,
  folder: string,
): Promise<GalleryPicture> {
  const { request } = entry.intended;
  const bytes = saved && (await sizeOf(saved.path));
  const { width, height } = isSize(saved) ? saved : sizeOfRatio(request.aspectRatio);
  const ratio = request.aspectRatio ?? nearestRatio(width / height);
  return {
    file: saved && bytes !== undefined ? { path: saved.path, mime: saved.mime, bytes } : undefined,
    absence: saved ? `The file is missing: ${saved.path}` : whyUnmade(entry),
    made: saved !== undefined,
    width,
    height,
    prompt: request.prompt,
    model: request.model,
    ratio,
    madeAt: beganAt(entry),
    facts: galleryFacts(context, entry, { file: saved, ratio, folder }),
  };
}

/** Undefined where there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const facts = await stat(path);
    return facts.isFile() ? facts.size : undefined;
  } catch {
    return undefined;
  }
}

function whyUnmade(entry: Entry): string {
  const status = recordedStatus(entry);
  if (status === 'failed') return entry.ended?.message ?? 'It failed';
  return status === 'completed' ? 'It was not downloaded' : 'It is not finished';
}

function isSize(file: SavedFile | undefined): file is SavedFile {
  const isLength = (length: number): boolean => Number.isInteger(length) && length > 0 && length < 1e6;
  return file !== undefined && isLength(file.width) && isLength(file.height);
}

/** As large as a picture of the ratio is wont to be: only the shape matters. */
function sizeOfRatio(ratio: ImageRequest['aspectRatio']): { width: number; height: number } {
  const [, across, down] = /^(\d{1,2}):(\d{1,2})$/.exec(ratio ?? '') ?? [];
  return { width: (Number(across) || 1) * 100, height: (Number(down) || 1) * 100 };
}

/** The service's pictures are not quite of the ratio that they are made for. */
function nearestRatio(shape: number): string {
  const away = (ratio: string): number => {
    const [across = 1, down = 1] = ratio.split(':').map(Number);
    return Math.abs(Math.log(shape / (across / down)));
  };
  return [...ratios].sort((a, b) => away(a) - away(b))[0] ?? '1:1';
}
