import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Uploaded } from '../api/upload.ts';
import { examine, examinePieces, type PictureFacts, readSaved } from '../disk/examine.ts';
import { Failure, invalid } from '../errors.ts';
import { filesOf, type TaskEntry } from '../journal/entry.ts';
import type { ImageRequest } from '../request/request.ts';
import { expandHome } from '../task/home-path.ts';
import { isTaskId } from '../task/task.ts';
import type { Engine, Job } from './engine.ts';
import { pictureLifeMs } from './follow-task.ts';
import { record } from './record.ts';

/** The largest picture that is taken as input. */
export const mostPictureBytes = 30_000_000;
const digestForm = /^sha256:[0-9a-f]{64}$/;

interface Surroundings {
  cwd: string;
  home: string | undefined;
  /** What the caller calls the field of pictures. */
  field?: string;
  /** Gives the picture `-`, where stdin may hold one. */
  readStdin?: () => Promise<Uint8Array>;
}

/**
 * Names the pictures of requests by what they hold: `./mug.png` and `task:tsk_abc123` become the digest of the file,
 * so that a picture that was changed makes another request. URLs stay as they are. Throws `validation`.
 */
export async function namePictures(
  engine: Engine,
  { cwd, home, field = '--image', readStdin }: Surroundings,
  requests: readonly ImageRequest[],
): Promise<ImageRequest[]> {
  const names = new Map<string, Promise<string>>();
  const refuse = (source: string, reason: string): never => {
    throw invalid(`Invalid ${field} ${JSON.stringify(source)}: ${reason}`);
  };
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
    if (source === '-') return await ofStdin();
    const [, id] = /^task:(.*)$/.exec(source) ?? [];
    if (id !== undefined) return await ofTask(id);
    if (!digestForm.test(source)) return await ofFile(resolve(cwd, expandHome(source, home)), source);
    return await ofBefore(source);
  }

  /** A picture that an earlier request was made from. */
  async function ofBefore(source: string): Promise<string> {
    const path = engine.known.pictures.get(source);
    const flaw =
      typeof path !== 'string'
        ? 'came from stdin or another machine'
        : (await ofFile(path, path).catch(() => undefined)) !== source && `is gone or has changed: ${path}`;
    if (!flaw) return source;
    throw invalid(`The picture that it was made from ${flaw}`, `Give the picture again with ${field}`);
  }

  async function ofStdin(): Promise<string> {
    if (!readStdin) return refuse('-', 'only the command generate reads a picture from stdin; use a path or a URL');
    const bytes = await readStdin();
    return named(await examinePieces([bytes]), '-', bytes, 'stdin holds no');
  }

  async function ofFile(path: string, source: string): Promise<string> {
    const file = await stat(path).catch(() => undefined);
    if (!file) return refuse(source, 'there is no such file');
    if (!file.isFile()) return refuse(source, 'it is not a file');
    if (file.size > mostPictureBytes) return refuse(source, 'it is larger than 30 MB');
    return named(await examine(path), source, path);
  }

  function named(
    facts: PictureFacts | undefined,
    source: string,
    place: string | Uint8Array,
    isNot = 'it is not a',
  ): string {
    if (!facts) return refuse(source, `${isNot} whole PNG, JPEG, WebP, GIF or AVIF`);
    const name = `sha256:${facts.sha256}`;
    engine.known.pictures.set(name, place);
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

/** Where the local pictures of a request are, for the record. */
export function pathsOf({ known }: Engine, { images = [] }: ImageRequest): Record<string, string> | undefined {
  const local = images.flatMap((name) => {
    const path = known.pictures.get(name);
    return typeof path === 'string' ? [[name, path] as const] : [];
  });
  return local.length > 0 ? Object.fromEntries(local) : undefined;
}

/** Returns the addresses of a task's pictures, as far as they were uploaded. */
export function uploadedUrls({ intended, uploads }: TaskEntry): string[] {
  return (intended.request?.images ?? []).map((name) => uploads?.[name]?.url ?? name);
}

/** An address that is about to expire is no use to a service that fetches it later. */
const marginMs = 60_000;

/**
 * Returns the addresses of the pictures that a request is made from: those to send now, and then those that it may have
 * left with before. A local picture is uploaded now, or again where its address has expired. Throws `validation` where
 * a picture has changed since it was asked for, and nothing has left.
 */
export async function pictureUrls(job: Job): Promise<string[][]> {
  const { entry, fate } = job;
  const sent = fate.uncertain ? (entry.postings ?? []).map(({ imageUrls }) => imageUrls ?? uploadedUrls(entry)) : [];
  const lists: string[][] = sent.reverse();
  try {
    lists.unshift(await uploadPictures(job));
  } catch (error) {
    const isGone = error instanceof Failure && error.code === 'validation';
    if (!isGone || sent.length === 0) throw error;
  }
  return lists.filter((list, at) => !lists.slice(0, at).some((before) => isDeepStrictEqual(before, list)));
}

async function uploadPictures(job: Job): Promise<string[]> {
  const { work, entry, api } = job;
  const { known, clock } = work.engine;
  const urls: string[] = [];
  for (const name of entry.intended.request?.images ?? []) {
    const before = entry.uploads?.[name];
    // The built-in sandbox ended with its process, and all that was uploaded to it.
    const isThere = !entry.intended.server.sandbox || known.uploads.has(`${api.base} ${name}`);
    if (!digestForm.test(name)) urls.push(name);
    else if (before && isThere && before.expiresAt - clock.now() > marginMs) urls.push(before.url);
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
  const source = work.engine.known.pictures.get(name) ?? entry.intended.inputs?.[name];
  const bytes = typeof source === 'string' ? readSaved(source, name.replace('sha256:', ''), mostPictureBytes) : source;
  const facts = bytes && (await examinePieces([bytes]));
  if (!bytes || !facts) {
    const told = typeof source === 'string' ? source : 'a picture from stdin';
    throw new Failure('validation', `${told} has changed or is gone since this picture was asked for`, {
      hint: 'Nothing was paid. Run generate again with the picture as it is now',
    });
  }
  const picture = { name: typeof source === 'string' ? basename(source) : 'stdin', bytes, mime: facts.mime };
  return await api.upload(picture, work.deadline.signal);
}
