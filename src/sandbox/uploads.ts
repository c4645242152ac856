import { createHash, randomUUID } from 'node:crypto';
import { isObject } from '../json.ts';
import { type Answer, type Call, invalid, keyOf, Refusal, refuseKey } from './answer.ts';
import type { Book, Upload } from './book.ts';

const keptMs = 3_600_000;
const anyType = 'application/octet-stream';

/** Takes a picture as base64, or where it stands: there it stays, since the sandbox fetches nothing. */
export async function createUpload(call: Call, book: Book): Promise<Answer> {
  const { source, file_name } = await objectIn(call);
  const { type, url, data } = isObject(source) ? source : {};
  const upload = { name: String(file_name ?? 'upload'), type: anyType, createdAtMs: book.now() };
  const bytes = Buffer.from(String(data).replace(/^data:[^,]*,/, ''), 'base64');
  const id = randomUUID();
  if (type === 'url' && /^https?:\/\/\S+$/.test(String(url)))
    book.uploads.set(id, { ...upload, size: 0, link: String(url) });
  else if (type === 'base64' && bytes.length > 0) book.uploads.set(id, { ...upload, size: bytes.length, bytes });
  else throw invalid({ source: ['must be a url or base64'] });
  return told(call, book, id);
}

/** Names a place for a picture. */
export async function prepareUpload(call: Call, book: Book): Promise<Answer> {
  const { filename, byte_size: size, checksum, content_type = anyType } = await objectIn(call);
  const errors = {
    ...(typeof filename !== 'string' && { filename: ["can't be blank"] }),
    ...(!(Number.isInteger(size) && Number(size) > 0) && { byte_size: ['must be a whole number'] }),
    ...(!/^[A-Za-z0-9+/]{22}==$/.test(String(checksum)) && { checksum: ['must be a MD5 in base64'] }),
  };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const id = randomUUID();
  const upload = { name: String(filename), size: Number(size), checksum: String(checksum), type: String(content_type) };
  book.uploads.set(id, { ...upload, createdAtMs: book.now() });
  const headers = { 'Content-Type': upload.type, 'Content-MD5': upload.checksum };
  return { body: { upload_url: `${call.origin}/uploads/${id}`, headers, signed_id: id } };
}

/** Takes the bytes. It stands for another host. */
export async function takeUpload(call: Call, book: Book, id: string): Promise<Answer> {
  refuseKey(call, 'upload');
  const upload = find(book, id);
  const bytes = await call.readBytes();
  const checksum = createHash('md5').update(bytes).digest('base64');
  if (bytes.length !== upload.size || checksum !== upload.checksum || call.headers['content-md5'] !== checksum)
    throw new Refusal(400, 'The bytes are not those that were announced');
  upload.bytes = bytes;
  return {};
}

export async function confirmUpload(call: Call, book: Book): Promise<Answer> {
  const id = String((await objectIn(call)).signed_id);
  if (!find(book, id).bytes) throw invalid({ signed_id: ['was not uploaded'] });
  return told(call, book, id);
}

export function sendUpload(_: Call, book: Book, id: string): Answer {
  const { bytes, link, type } = find(book, id);
  if (link !== undefined) return { status: 302, headers: { Location: link } };
  if (!bytes) throw new Refusal(404, 'No such file');
  return { headers: { 'Content-Type': type }, body: bytes };
}

/**
 * Refuses an order whose pictures were uploaded here and are gone; those elsewhere are never fetched.
 *
 * @throws {Refusal} 422
 */
export function checkUploads(call: Call, book: Book, sources: readonly string[]): void {
  for (const url of sources) {
    if (!url.startsWith(`${call.origin}/uploads/`)) continue;
    const upload = book.uploads.get(url.slice(url.lastIndexOf('/') + 1));
    const isThere = upload && (upload.bytes ?? upload.link) && book.now() < upload.createdAtMs + keptMs;
    if (!isThere) throw invalid({ source_image_urls: ['cannot be fetched'] });
  }
}

async function objectIn(call: Call) {
  keyOf(call);
  const body = await call.readJson();
  return isObject(body) ? body : {};
}

function told({ origin }: Call, book: Book, id: string): Answer {
  const { name, size, type, createdAtMs } = find(book, id);
  const [created_at, expires_at] = [0, keptMs].map((ms) => new Date(createdAtMs + ms).toISOString());
  const url = `${origin}/uploads/${id}`;
  return { body: { file_name: name, url, size_bytes: size, mime_type: type, created_at, expires_at } };
}

function find(book: Book, id: string): Upload {
  const upload = book.uploads.get(id);
  if (upload) return upload;
  throw new Refusal(404, 'No such file');
}
