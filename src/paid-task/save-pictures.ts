import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { examine } from '../disk/examine.ts';
import { leadsOut, makeFolder } from '../disk/folder.ts';
import { exists } from '../disk/place.ts';
import type { TempFile } from '../disk/temp-file.ts';
import { Failure } from '../errors.ts';
import { ImageInspector } from '../image/inspect.ts';
import { isMisnamed, picturePath } from '../image/template.ts';
import type { SavedFile } from '../journal/event.ts';
import type { RemoteImage } from '../task/task.ts';
import { embedRequest } from './embed-picture.ts';
import type { Job } from './engine.ts';
import { namedBy } from './existing.ts';
import { freshImages, isPastLife, isYoung } from './follow-task.ts';
import { createJobFile, isInterrupted, record, warnOnce } from './record.ts';
import { sidecarPath, writeSidecar } from './sidecar.ts';
import { type Received, transfer } from './transfer.ts';

/**
 * Saves each picture of a completed task that is not on disk yet. One that fails does not stop the others: the
 * first failure is thrown when all have been tried.
 */
export async function savePictures(job: Job, images: readonly RemoteImage[]): Promise<void> {
  const tries = await Promise.allSettled(
    images.map((image, index) => job.work.downloads.run(() => savePicture(job, image, index, images.length))),
  );
  const failed = tries.find((each) => each.status === 'rejected');
  if (failed) await closeExpired(job, failed.reason);
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
  const home = output === '-' ? (work.engine.spool ?? folder) : dirname(pathOf(job, 'png', index, 1));
  await makeFolder(home);
  const temp = await createJobFile(job, home);
  try {
    const copied = job.copies?.[index] && (await copy(job.copies[index], temp));
    const received = copied ?? (await receive(job, image, index, count, temp));
    // A copy of a saved picture has it already.
    await (entry.intended.target.embed && !copied ? embedAndDeliver(received) : deliver(temp, received));
  } finally {
    await temp.remove();
  }

  async function embedAndDeliver(received: Received): Promise<void> {
    const copy = await createJobFile(job, home);
    try {
      const embedded = await embedRequest(job, temp, received, copy);
      await (embedded ? deliver(copy, embedded) : deliver(temp, received));
    } finally {
      await copy.remove();
    }
  }

  async function deliver(from: TempFile, facts: Received): Promise<void> {
    if (output === '-') job.isUndelivered = !(await work.pipe?.(from.read(), entry));
    else await keep(job, from, facts, index);
  }
}

/** A run that died between giving the file its name and noting it: the file is there, and it is this picture. */
async function recogniseSaved(job: Job, index: number): Promise<boolean> {
  const naming = job.entry.saving[index];
  if (!naming) return false;
  const facts = await examine(naming.path);
  if (facts?.sha256 === naming.sha256) {
    await record(job, { event: 'saved', index, file: { path: naming.path, ...facts } });
    return true;
  }
  // It died where an empty file reserved the name.
  const there = await stat(naming.path).catch(() => undefined);
  if (there?.isFile() && there.size === 0) await unlink(naming.path).catch(() => undefined);
  return false;
}

/** Returns undefined where the file is gone or was changed: then the service may still have the picture. */
async function copy({ path, sha256 }: SavedFile, temp: TempFile): Promise<Received | undefined> {
  const inspector = new ImageInspector();
  const hash = createHash('sha256');
  const file = createReadStream(path);
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      await inspector.write(chunk);
      hash.update(chunk);
      await temp.write(chunk);
    }
  } catch (error) {
    if (error instanceof Failure) throw error; // the copy cannot be written
  }
  const facts = await inspector.end();
  if (facts.whole && hash.digest('hex') === sha256) {
    await temp.finish();
    return { ...facts, sha256 };
  }
  await temp.restart();
  return undefined;
}

async function receive(job: Job, image: RemoteImage, index: number, count: number, temp: TempFile): Promise<Received> {
  const { work, api, entry } = job;
  const { listener, clock } = work.engine;
  const model = entry.intended.request?.model;
  const taskId = entry.accepted?.id;
  let shown = -1;
  const order = {
    api,
    temp,
    maxBytes: work.wishes.maxBytes,
    clock,
    deadline: work.deadline,
    pause: work.downloads.pause,
    onRetry: listener.retrying,
    onBytes(bytes: number, total: number | undefined) {
      const tenth = total === undefined ? 0 : Math.floor((bytes / total) * 10);
      if (tenth === shown) return;
      shown = tenth;
      const detail = total === undefined ? undefined : `${tenth * 10} %`;
      listener.step(entry.key, { doing: `saving ${index + 1} of ${count}`, detail, model, taskId });
    },
  };
  return await transfer({
    ...order,
    url: image.url,
    freshUrl: () => freshUrl(job, index),
    mayCome: (failure) => failure.facts.status !== 410 && isYoung(job.entry, failure),
  });
}

/** Where the task itself cannot be asked now, the address stays the one that is known. */
async function freshUrl(job: Job, index: number): Promise<string | undefined> {
  try {
    return (await freshImages(job))[index]?.url;
  } catch (error) {
    if (isInterrupted(error)) throw error;
    return undefined;
  }
}

/** Closes a task whose pictures are gone for good, by the clock of the host that says so. Throws what says so. */
async function closeExpired(job: Job, error: unknown): Promise<never> {
  if (!(error instanceof Failure) || !error.facts.expired) throw error;
  if (error.facts.status !== 410 && !isPastLife(job.entry, error)) throw error;
  const gone = new Failure('download', `the picture is no longer there: ${error.message}`, {
    ...error.facts,
    hint: 'Pictures are kept for seven days; after that, generate makes a new one',
  });
  await record(job, { event: 'ended', how: 'expired', message: gone.message });
  throw gone;
}

/**
 * Gives the picture its name, which the record knows before. A paid picture always finds a free name: also with
 * --skip-existing, where the name was taken while the task ran.
 */
async function keep(job: Job, temp: TempFile, received: Received, index: number): Promise<void> {
  const { output, existing, replaces } = job.entry.intended.target;
  const { bytes, width, height, sha256, format } = received;
  const isRenamed = output !== '' && isMisnamed(output, format.ext);
  for (let attempt = 1; ; attempt++) {
    const path = pathOf(job, format.ext, index, attempt);
    // Of a picture in another format it was said of another name.
    const overwrites = existing === 'overwrite' && !isRenamed && (replaces?.includes(path) ?? true);
    if (!overwrites && (await isTaken(job, path))) {
      if (existing === 'skip' && (await keepExisting(job, path, sha256, index))) return;
      continue;
    }
    await makeFolder(dirname(path));
    await record(job, { event: 'saving', index, path, sha256 });
    job.run.check(); // a process that was frozen while it wrote this line may have been taken over
    if ((await temp.place(path, overwrites)) === 'taken') continue;
    const file: SavedFile = { path, bytes, mime: format.mime, width, height, sha256 };
    await record(job, { event: 'saved', index, file });
    if (isRenamed)
      warnOnce(job.work, `the service sent a ${format.name} picture: saved as ${path}`, `${format.name} pictures`);
    return;
  }
}

/** With --skip-existing a file that holds this very picture stays as it is. Tells whether it does. */
async function keepExisting(job: Job, path: string, sha256: string, index: number): Promise<boolean> {
  const facts = await examine(path);
  if (facts?.sha256 !== sha256) return false;
  await record(job, { event: 'saved', index, file: { path, ...facts } });
  return true;
}

/** With a sidecar the name of that has to be free too. */
async function isTaken({ entry }: Job, path: string): Promise<boolean> {
  const { sidecar } = entry.intended.target;
  return (await exists(path)) || (sidecar === true && (await exists(sidecarPath(path))));
}

function pathOf({ entry, work }: Job, ext: string, picture: number, attempt: number): string {
  const { request, target } = entry.intended;
  const named = namedBy({ target, request, task: entry.accepted?.id }, work.engine.clock.now());
  const values = { ...named, ext };
  const { folder, root } = target;
  const path = resolve(folder, picturePath(target, values, { picture, attempt }, root !== undefined));
  // A link may have been put in the way since the name was checked. The picture is paid for: it stays in the root.
  return root !== undefined && leadsOut(dirname(path), root) ? join(root, basename(path)) : path;
}
