import { createHash, randomUUID } from 'node:crypto';
import { isObject } from '../json.ts';
import { type Answer, type Call, jsonAnswer, keyOf, Refusal } from './call.ts';
import type { TaskBook, Upload } from './task-book.ts';

const keptMs = 3_600_000;

/** Names a place for a picture. */
export async function prepareUpload(call: Call, book: TaskBook): Promise<Answer> {
  keyOf(call);
  const body = await call.readJson();
  const { filename, byte_size: size, checksum } = isObject(body) ? body : {};
  const errors = {
    ...(typeof filename !== 'string' && { filename: ["can't be blank"] }),
    ...(!(Number.isInteger(size) && Number(size) > 0) && { byte_size: ['must be a whole number'] }),
    ...(!/^[A-Za-z0-9+/]{22}==$/.test(String(checksum)) && { checksum: ['must be a MD5 in base64'] }),
  };
  if (Object.keys(errors).length > 0) throw new Refusal(422, 'Validation failed', { errors });
  const id = randomUUID();
  const upload = {
    id,
    name: String(filename),
    size: Number(size),
    checksum: String(checksum),
    createdAtMs: book.now(),
  };
  book.uploads.set(id, upload);
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-MD5': upload.checksum };
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
  const body = await call.readJson();
  const upload = find(book, String(isObject(body) ? body.signed_id : ''));
  if (!upload.bytes) throw new Refusal(422, 'Validation failed', { errors: { signed_id: ['was not uploaded'] } });
  return jsonAnswer({
    file_name: upload.name,
    url: `${call.origin}/uploads/${upload.id}`,
    size_bytes: upload.size,
    mime_type: 'application/octet-stream',
    created_at: new Date(upload.createdAtMs).toISOString(),
    expires_at: new Date(upload.createdAtMs + keptMs).toISOString(),
  });
}

export function sendUpload(_: Call, book: TaskBook, id: string): Answer {
  const { bytes } = find(book, id);
  if (!bytes) throw new Refusal(404, 'No such file');
  return { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, body: bytes };
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
    if (upload?.bytes && book.now() < upload.createdAtMs + keptMs) continue;
    throw new Refusal(422, 'Validation failed', { errors: { source_image_urls: ['cannot be fetched'] } });
  }
}

function find(book: TaskBook, id: string): Upload {
  const upload = book.uploads.get(id);
  if (upload) return upload;
  throw new Refusal(404, 'No such file');
}
