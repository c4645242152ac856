import { createHash, randomUUID } from 'node:crypto';
import { isObject } from '../json.ts';
import { type Answer, type Call, type FieldErrors, jsonAnswer, keyOf, Refusal } from './call.ts';
import type { TaskBook, Upload } from './task-book.ts';

const keptMs = 3_600_000;
const anyType = 'application/octet-stream';
const httpUrl = /^https?:\/\/\S+$/;

/** Takes a picture as base64, or where it stands: there it stays, since the sandbox fetches nothing. */
export async function createUpload(call: Call, book: TaskBook): Promise<Answer> {
  keyOf(call);
  const { source, file_name: name } = await objectIn(call);
  const { type, url, data } = isObject(source) ? source : {};
  const link = type === 'url' && httpUrl.test(String(url)) ? String(url) : undefined;
  const bytes = type === 'base64' ? Buffer.from(String(data).replace(/^data:[^,]*,/, ''), 'base64') : undefined;
  if (link === undefined && !bytes?.length) throw refused({ source: ['must be a url or base64'] });
  return told(
    call,
    enter(book, { name: typeof name === 'string' ? name : 'upload', size: bytes?.length ?? 0, bytes, link }),
  );
}

/** Names a place for a picture. */
export async function prepareUpload(call: Call, book: TaskBook): Promise<Answer> {
  keyOf(call);
  const { filename: name, byte_size: size, checksum, content_type: type } = await objectIn(call);
  const errors = {
    ...(typeof name !== 'string' && { filename: ["can't be blank"] }),
    ...(!(Number.isInteger(size) && Number(size) > 0) && { byte_size: ['must be a whole number'] }),
    ...(!/^[A-Za-z0-9+/]{22}==$/.test(String(checksum)) && { checksum: ['must be a MD5 in base64'] }),
  };
  if (Object.keys(errors).length > 0) throw refused(errors);
  const about = { name: String(name), size: Number(size), checksum: String(checksum) };
  const { id } = enter(book, { ...about, ...(typeof type === 'string' && { type }) });
  const headers = { 'Content-Type': typeof type === 'string' ? type : anyType, 'Content-MD5': about.checksum };
  return jsonAnswer({ upload_url: `${call.origin}/uploads/${id}`, headers, signed_id: id });
}

/** Takes the bytes. It stands for another host: a key that leaks to it is refused. */
export async function takeUpload(call: Call, book: TaskBook, id: string): Promise<Answer> {
  if (call.headers.authorization !== undefined)
    throw new Refusal(400, 'An API key was sent to the upload host: it must go to the API only');
  const upload = find(book, id);
  const bytes = await call.readBytes();
  const checksum = createHash('md5').update(bytes).digest('base64');
  if (bytes.length !== upload.size || checksum !== upload.checksum || call.headers['content-md5'] !== checksum)
    throw new Refusal(400, 'The bytes are not those that were announced');
  upload.bytes = bytes;
  return { status: 200 };
}

export async function confirmUpload(call: Call, book: TaskBook): Promise<Answer> {
  keyOf(call);
  const upload = find(book, String((await objectIn(call)).signed_id));
  if (!upload.bytes) throw refused({ signed_id: ['was not uploaded'] });
  return told(call, upload);
}

export function sendUpload(_: Call, book: TaskBook, id: string): Answer {
  const { bytes, link, type = anyType } = find(book, id);
  if (link !== undefined) return { status: 302, headers: { Location: link } };
  if (!bytes) throw new Refusal(404, 'No such file');
  return { status: 200, headers: { 'Content-Type': type }, body: bytes };
}

/**
 * Refuses an order whose pictures were uploaded here and are gone; those elsewhere are never fetched.
 *
 * @throws {Refusal} 422
 */
export function checkUploads(call: Call, book: TaskBook, sources: readonly string[]): void {
  for (const url of sources) {
    if (!url.startsWith(`${call.origin}/uploads/`)) continue;
    const upload = book.uploads.get(url.slice(url.lastIndexOf('/') + 1));
    const isThere = upload && (upload.bytes ?? upload.link) && book.now() < upload.createdAtMs + keptMs;
    if (!isThere) throw refused({ source_image_urls: ['cannot be fetched'] });
  }
}

async function objectIn(call: Call) {
  const body = await call.readJson();
  return isObject(body) ? body : {};
}

function enter(book: TaskBook, about: Omit<Upload, 'id' | 'createdAtMs'>): Upload {
  const upload = { ...about, id: randomUUID(), createdAtMs: book.now() };
  book.uploads.set(upload.id, upload);
  return upload;
}

function told({ origin }: Call, { id, name, size, type = anyType, createdAtMs }: Upload): Answer {
  const [created_at, expires_at] = [0, keptMs].map((ms) => new Date(createdAtMs + ms).toISOString());
  const url = `${origin}/uploads/${id}`;
  return jsonAnswer({ file_name: name, url, size_bytes: size, mime_type: type, created_at, expires_at });
}

function refused(errors: FieldErrors): Refusal {
  return new Refusal(422, 'Validation failed', { errors });
}

function find(book: TaskBook, id: string): Upload {
  const upload = book.uploads.get(id);
  if (upload) return upload;
  throw new Refusal(404, 'No such file');
}
