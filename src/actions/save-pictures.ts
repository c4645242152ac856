import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { examine } from '../disk/examine.ts';
import { makeFolder } from '../disk/folder.ts';
import { exists, place } from '../disk/place.ts';
import { createTempFile, type TempFile } from '../disk/temp-file.ts';
import { Failure } from '../errors.ts';
import { extensionOf } from '../image/file-name.ts';
import { picturePath } from '../image/picture-path.ts';
import type { SavedFile } from '../journal/event.ts';
import type { RemoteImage } from '../task/task.ts';
import { freshImages, pictureLifeMs } from './await-task.ts';
import { record } from './record.ts';
import { type Received, transfer } from './transfer.ts';
import type { Job } from './work.ts';

/**
 * Saves each picture of a completed task that is not on disk yet. One that fails does not stop the others: the
 * first failure is thrown when all have been tried.
 */
export async function savePictures(job: Job, images: readonly RemoteImage[]): Promise<void> {
  const tries = await Promise.allSettled(
    images.map((image, index) => job.work.downloads(() => savePicture(job, image, index, images.length))),
  );
  const failed = tries.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}

async function savePicture(job: Job, image: RemoteImage, index: number, count: number): Promise<void> {
  const { entry, work } = job;
  const { output, folder } = entry.intended.target;
  const saved = entry.saved[index];
  if (saved && (await exists(saved.path))) return;
  if (await recogniseSaved(job, index)) return;
  const home =
    output === '-' ? (work.context.state ?? folder) : dirname(resolve(folder, pathOf(job, 'png', index, 1)));
  await makeFolder(home);
  const temp = await createTempFile(home);
  try {
    const received = await receive(job, image, index, count, temp);
    if (output === '-') await toStdout(job, temp);
    else await keep(job, temp, received, index);
  } finally {
    await temp.remove();
  }
}

/** A run that died between giving the file its name and noting it: the file is there, and it is this picture. */
async function recogniseSaved(job: Job, index: number): Promise<boolean> {
  const naming = job.entry.saving[index];
  const facts = naming && (await examine(naming.path));
  if (!naming || facts?.sha256 !== naming.sha256) return false;
  await record(job, {
    event: 'saved',
    index,
    file: { path: naming.path, ...facts },
  });
  return true;
}

/** The addresses of old pictures are no longer good: the task is asked once for fresh ones. */
async function receive(
  job: Job,
  image: RemoteImage,
  index: number,
  count: number,
  temp: TempFile,
): Promise<Received> {
  const { work, api, entry } = job;
  const { reporter, world } = work.context;
  const { model } = entry.intended.request;
  const taskId = entry.accepted?.id;
  let shown = -1;
  const order = {
    api,
    temp,
    maxBytes: work.wishes.maxBytes,
    clock: world.clock,
    deadline: work.deadline,
    onRetry: reporter.retrying,
    onBytes(bytes: number, total: number | undefined) {
      const tenth = total === undefined ? 0 : Math.floor((bytes / total) * 10);
      if (tenth === shown) return;
      shown = tenth;
      const detail = total === undefined ? undefined : `${tenth * 10} %`;
      reporter.progress.step(entry.key, {
        doing: `saving ${index + 1} of ${count}`,
        detail,
        model,
        taskId,
      });
    },
  };
  try {
    return await transfer({ ...order, url: image.url });
  } catch (error) {
    if (!(error instanceof Failure) || !error.facts.expired) throw error;
    const fresh = (await freshImages(job))[index];
    if (fresh) return await transfer({ ...order, url: fresh.url }).catch((again) => closeExpired(job, again));
    throw error;
  }
}

async function closeExpired(job: Job, error: unknown): Promise<never> {
  const { accepted } = job.entry;
  const ageMs = job.work.context.world.clock.now() - (accepted?.at ?? 0);
  if (
    error instanceof Failure &&
    error.facts.expired &&
    (error.facts.status === 410 || ageMs > pictureLifeMs)
  ) {
    await record(job, {
      event: 'ended',
      how: 'expired',
      message: error.message,
    });
  }
  throw error;
}

async function toStdout({ work }: Job, temp: TempFile): Promise<void> {
  const { stdout } = work.context.world;
  work.context.reporter.progress.stop();
  for await (const chunk of createReadStream(temp.path)) {
    await stdout.writeBytes(chunk as Uint8Array);
    if (stdout.isClosed()) throw new Failure('download', 'nobody reads stdout any more');
  }
}

/** Gives the picture its name. The record says which before it happens, so that a crash in between is no riddle. */
async function keep(job: Job, temp: TempFile, received: Received, index: number): Promise<void> {
  const { folder, existing } = job.entry.intended.target;
  const { bytes, width, height, sha256, format } = received;
  for (let attempt = 1; ; attempt++) {
    const path = resolve(folder, pathOf(job, format.ext, index, attempt));
    if (existing === 'rename' && (await exists(path))) continue;
    await makeFolder(dirname(path));
    await record(job, { event: 'saving', index, path, sha256 });
    const outcome = await place(temp.path, path, existing === 'overwrite');
    if (outcome === 'taken' && existing === 'rename') continue;
    if (outcome === 'placed') temp.forget();
    const file: SavedFile = {
      path,
      bytes,
      mime: format.mime,
      width,
      height,
      sha256,
    };
    if (outcome === 'taken') Object.assign(file, await examine(path)); // --skip-existing: what is there stays
    await record(job, { event: 'saved', index, file });
    warnOfExtension(job, path, format.ext);
    return;
  }
}

function warnOfExtension({ work }: Job, path: string, ext: string): void {
  const named = extensionOf(path).toLowerCase().replace('.', '').replace('jpeg', 'jpg');
  if (named !== ext) work.context.reporter.warn(`${path} holds a ${ext.toUpperCase()} picture`);
}

function pathOf({ entry, work }: Job, ext: string, picture: number, attempt: number): string {
  const { request, target } = entry.intended;
  const values = {
    prompt: request.prompt,
    task: entry.accepted?.id ?? 'task',
    model: request.model,
    ratio: request.aspectRatio,
    seed: request.seed,
    index: target.index,
    date: new Date(work.context.world.clock.now()).toISOString().slice(0, 10),
    ext,
  };
  return picturePath(target.output, values, { picture, attempt });
}
