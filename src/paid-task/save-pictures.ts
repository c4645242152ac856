import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { diskFailure } from '../disk/disk-failure.ts';
import { examine } from '../disk/examine.ts';
import { makeFolder } from '../disk/folder.ts';
import { exists, place } from '../disk/place.ts';
import type { TempFile } from '../disk/temp-file.ts';
import { Failure } from '../errors.ts';
import { extensionOf } from '../image/file-name.ts';
import { picturePath } from '../image/picture-path.ts';
import type { SavedFile } from '../journal/event.ts';
import { waitingRoom } from '../request/target.ts';
import { localDay } from '../task/moment.ts';
import type { RemoteImage } from '../task/task.ts';
import { freshImages, pictureLifeMs } from './await-task.ts';
import { createJobFile } from './job-file.ts';
import { record } from './record.ts';
import { sidecarPath, writeSidecar } from './sidecar.ts';
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
  if (!failed) return;
  await closeExpired(job, failed.reason);
  throw failed.reason;
}

async function savePicture(job: Job, image: RemoteImage, index: number, count: number): Promise<void> {
  await savePictureFile(job, image, index, count);
  await writeSidecar(job, index);
}

async function savePictureFile(job: Job, image: RemoteImage, index: number, count: number): Promise<void> {
  const { entry, work } = job;
  const { output, folder } = entry.intended.target;
  const saved = entry.saved[index];
  if (saved && (await exists(saved.path))) return;
  if (await recogniseSaved(job, index)) return;
  const home =
    output === '-'
      ? waitingRoom(work.context, folder)
      : dirname(resolve(folder, pathOf(job, 'png', index, 1)));
  await makeFolder(home);
  const temp = await createJobFile(job, home);
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
  const model = entry.foreign ? undefined : entry.intended.request.model;
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
    if (fresh) return await transfer({ ...order, url: fresh.url });
    throw error;
  }
}

/** A picture that is gone for good is told once, and not looked for again. */
async function closeExpired(job: Job, error: unknown): Promise<void> {
  if (!(error instanceof Failure) || !error.facts.expired) return;
  const ageMs = job.work.context.world.clock.now() - (job.entry.accepted?.at ?? 0);
  if (error.facts.status !== 410 && ageMs <= pictureLifeMs) return;
  await record(job, { event: 'ended', how: 'expired', message: error.message });
}

async function toStdout({ work, entry }: Job, temp: TempFile): Promise<void> {
  const { reporter, world, command } = work.context;
  const { stdout } = world;
  reporter.progress.stop();
  for await (const chunk of createReadStream(temp.path)) {
    await stdout.writeBytes(chunk as Uint8Array);
    const fault = stdout.fault();
    if (fault) throw diskFailure(fault, 'stdout');
    if (stdout.isClosed()) return sayClosed();
  }

  /** Whoever read the beginning wanted no more: that is no failure, and the picture can still be had. */
  function sayClosed(): void {
    reporter.note('stdout was closed before it had the whole picture');
    if (entry.accepted) reporter.next(command(`download ${entry.accepted.id}`), 'Save it');
  }
}

/** Gives the picture its name. The record says which before it happens, so that a crash in between is no riddle. */
async function keep(job: Job, temp: TempFile, received: Received, index: number): Promise<void> {
  const { folder, existing } = job.entry.intended.target;
  const { bytes, width, height, sha256, format } = received;
  for (let attempt = 1; ; attempt++) {
    const path = resolve(folder, pathOf(job, format.ext, index, attempt));
    if (existing === 'rename' && (await isTaken(job, path))) continue;
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

/** With a sidecar the name of that has to be free too. */
async function isTaken({ entry }: Job, path: string): Promise<boolean> {
  const { sidecar } = entry.intended.target;
  return (await exists(path)) || (sidecar === true && (await exists(sidecarPath(path))));
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
    date: localDay(work.context.world.clock.now()),
    ext,
  };
  return picturePath(target.output, values, { picture, attempt });
}
