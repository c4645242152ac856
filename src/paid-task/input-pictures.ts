import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Uploaded } from '../api/upload.ts';
import { withRetries } from '../api/with-retries.ts';
import { examine, readSaved } from '../disk/examine.ts';
import { Failure, invalid } from '../errors.ts';
import { filesOf } from '../journal/entry.ts';
import type { ImageRequest } from '../request/request.ts';
import { expandHome } from '../task/home-path.ts';
import { isTaskId } from '../task/task-id.ts';
import type { Engine, Job } from './engine.ts';
import { pictureLifeMs } from './follow-task.ts';
import { record } from './record.ts';

const mostBytes = 30_000_000;
const digestForm = /^sha256:[0-9a-f]{64}$/;

/**
 * Names the pictures of requests by what they hold: `./mug.png` and `task:tsk_abc123` become the digest of the file,
 * so that a picture that was changed makes another request. URLs stay as they are. Throws `validation`.
 */
export async function namePictures(
  engine: Engine,
  { cwd, home }: { cwd: string; home: string | undefined },
  requests: readonly ImageRequest[],
): Promise<ImageRequest[]> {
  const names = new Map<string, Promise<string>>();
  const nameOf = (source: string): Promise<string> => {
    const name = names.get(source) ?? digest(source);
    names.set(source, name);
    return name;
  };
  return await Promise.all(
    requests.map(async (request) => {
      if (!request.images) return request;
      return { ...request, images: await Promise.all(request.images.map(nameOf)) };
    }),
  );

  async function digest(source: string): Promise<string> {
    if (/^https?:\/\//i.test(source)) return URL.canParse(source) ? source : refuse(source, 'it is no URL');
    const [, id] = /^task:(.*)$/.exec(source) ?? [];
    if (id !== undefined) return await ofTask(id);
    if (!digestForm.test(source)) return await ofFile(resolve(cwd, expandHome(source, home)), source);
    const path = engine.known.pictures.get(source);
    const name = path && (await ofFile(path, path));
    return name === source ? name : refuse(path ?? source, 'it has changed since');
  }

  async function ofFile(path: string, source: string): Promise<string> {
    const file = await stat(path).catch(() => undefined);
    if (!file) return refuse(source, 'there is no such file');
    if (!file.isFile()) return refuse(source, 'it is not a file');
    if (file.size > mostBytes) return refuse(source, 'it is larger than 30 MB');
    const facts = await examine(path);
    if (!facts) return refuse(source, 'it is not a whole PNG, JPEG, WebP, GIF or AVIF');
    const name = `sha256:${facts.sha256}`;
    engine.known.pictures.set(name, path);
    return name;
  }

  async function ofTask(id: string): Promise<string> {
    const source = `task:${id}`;
    if (!isTaskId(id)) return refuse(source, 'use a task id such as task:tsk_abc123');
    const entry = (await engine.journal.find([id])).get(id)?.entry;
    if (!entry) return refuse(source, 'this machine has no record of that task');
    const [file] = filesOf(entry);
    if (file && (await stat(file.path).catch(() => undefined))) return await ofFile(file.path, source);
    const [image] = entry.completed?.images ?? [];
    const isThere = engine.clock.now() - (entry.completed?.at ?? 0) < pictureLifeMs;
    return image && isThere && /^https?:/.test(image.url) ? image.url : refuse(source, 'its picture is gone');
  }
}

function refuse(source: string, reason: string): never {
  throw invalid(`Invalid --image ${JSON.stringify(source)}: ${reason}`);
}

/** Where the local pictures of a request are, for the record. */
export function pathsOf({ known }: Engine, { images = [] }: ImageRequest): Record<string, string> | undefined {
  const local = images.flatMap((name) => {
    const path = known.pictures.get(name);
    return path === undefined ? [] : [[name, path] as const];
  });
  return local.length > 0 ? Object.fromEntries(local) : undefined;
}

/** An address that is about to expire is no use to a service that fetches it later. */
const marginMs = 60_000;

/**
 * Returns the addresses of the pictures that a request is made from. A local picture is uploaded now, or again where
 * its address has expired; but a request that may have left is only ever repeated with the same addresses, because
 * the service takes its key for no other. Throws `validation` where a picture has changed since it was asked for.
 */
export async function uploadPictures(job: Job): Promise<string[]> {
  const { work, entry } = job;
  const { clock } = work.engine;
  const urls: string[] = [];
  for (const name of entry.intended.request?.images ?? []) {
    const known = entry.uploads?.[name];
    const isGood = known && (entry.posting || known.expiresAt - clock.now() > marginMs);
    // The built-in sandbox ended with its process, and all that was uploaded to it.
    const isThere = !entry.intended.server.sandbox || work.engine.known.uploads.has(`${job.api.base} ${name}`);
    if (!digestForm.test(name)) urls.push(name);
    else if (isGood && isThere) urls.push(known.url);
    else urls.push(await uploadOne(job, name));
  }
  return urls;
}

async function uploadOne(job: Job, name: string): Promise<string> {
  const { work, entry, api } = job;
  const { known, clock, listener } = work.engine;
  listener.step(entry.key, { doing: 'uploading', model: entry.intended.request?.model });
  const mark = `${api.base} ${name}`;
  const before = await known.uploads.get(mark)?.catch(() => undefined);
  const isGood = before && before.expiresAt - clock.now() > marginMs;
  const uploading = isGood ? Promise.resolve(before) : send(job, name);
  known.uploads.set(mark, uploading);
  const { url, expiresAt } = await uploading;
  await record(job, { event: 'uploaded', image: name, url, expiresAt });
  return url;
}

async function send({ work, entry, api }: Job, name: string): Promise<Uploaded> {
  const { clock, listener } = work.engine;
  const path = entry.intended.inputs?.[name];
  const facts = path === undefined ? undefined : await examine(path);
  const bytes = path === undefined ? undefined : readSaved(path, name.replace('sha256:', ''), mostBytes);
  if (path === undefined || !facts || !bytes) {
    throw new Failure('validation', `${path ?? name} has changed or is gone since this picture was asked for`, {
      hint: 'Nothing was paid. Run generate again with the picture as it is now',
    });
  }
  const picture = { name: basename(path), bytes, mime: facts.mime };
  const { deadline } = work;
  return await withRetries(() => api.upload(picture, deadline.signal), { clock, deadline, onRetry: listener.retrying });
}
