import type { IncomingMessage } from 'node:http';
import type { Context } from '../../context.ts';
import { invalid, tellAll } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { isImagen, ratios } from '../../request/models.ts';
import { type ImageRequest, parseRequests } from '../../request/request.ts';
import { namedSource, settingSource } from '../../request/sources.ts';
import { ApiError } from './api-error.ts';
import type { SentPictures } from './sent-pictures.ts';
import type { ServeSettings } from './settings.ts';

/** What a client asks for. */
export interface PictureOrder {
  request: ImageRequest;
  /** How many tasks of it. */
  count: number;
  format: 'b64_json' | 'url';
  /** The client's own `Idempotency-Key`. */
  key: string | undefined;
  /** The pictures that it sent, by their digests. */
  pictures: readonly string[];
}

const mebibyte = 1024 * 1024;
export const mostJsonBytes = mebibyte;
const mostFormBytes = 64 * mebibyte;
const mostPictures = 10;
const mostSent = 16;

/** What a body is read with. */
export interface Reader {
  context: Context;
  settings: ServeSettings;
  pictures: SentPictures;
}

/** Reads a request to `images/generations`: JSON. */
export async function readGeneration(request: IncomingMessage, reader: Reader): Promise<PictureOrder> {
  const type = request.headers['content-type'] ?? 'application/json';
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type))
    throw new ApiError(415, 'unsupported_media_type', 'Send the body as application/json');
  const bytes = await readBody(request, mostJsonBytes);
  const body = await parsed('JSON', () => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  if (!isObject(body)) throw invalid('The body is not a JSON object');
  return readOrder(body, [], request.headers, reader);
}

/** Reads a request to `images/edits`: a form with pictures, which are saved until they are used. */
export async function readEdit(request: IncomingMessage, reader: Reader): Promise<PictureOrder> {
  const type = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type))
    throw new ApiError(415, 'unsupported_media_type', 'Send the body as multipart/form-data');
  const bytes = await readBody(request, mostFormBytes);
  const form = await parsed('a form', () => new Response(bytes, { headers: { 'content-type': type } }).formData());
  if (form.has('mask')) throw invalid('Invalid mask: no model here takes one', 'Say in the prompt what to change');
  const images = [...form].filter(([name]) => /^image(\[\d*\])?$/.test(name)).map(([, value]) => value);
  if (images.length < 1 || images.length > mostSent)
    throw invalid(`Send a picture as image, or up to ${mostSent} as image[]`);
  const names: string[] = [];
  try {
    for (const image of images) {
      if (typeof image === 'string') throw invalid('Invalid image: send it as a file');
      names.push(await reader.pictures.keep(new Uint8Array(await image.arrayBuffer())));
    }
    return readOrder(Object.fromEntries(form), names, request.headers, reader);
  } catch (error) {
    reader.pictures.release(names);
    throw error;
  }
}

/** Reads a body that is not too long. Node ends a request whose body is slow. */
async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const tooLarge = new ApiError(413, 'request_too_large', `The body is larger than ${most / mebibyte} MB`);
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > most) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function parsed<Body>(what: string, parse: () => Body | Promise<Body>): Promise<Body> {
  try {
    return await parse();
  } catch {
    throw invalid(`The body is not ${what}`);
  }
}

/** Parses what a body asks for; fields that no model here has are ignored. Throws `validation`. */
function readOrder(
  body: object,
  pictures: readonly string[],
  headers: IncomingMessage['headers'],
  { context: { stored }, settings }: Reader,
): PictureOrder {
  const problems: string[] = [];
  const fields = new Map(Object.entries(body));
  const given = (name: string): unknown => fields.get(name) ?? undefined;
  const named = given('model');
  const model =
    typeof named === 'string' ? (settings.aliases.get(named.toLowerCase()) ?? named) : (named ?? settings.model);
  const n = Number(given('n') ?? 1);
  if (!(Number.isInteger(n) && n >= 1 && n <= mostPictures))
    problems.push(`Invalid n ${JSON.stringify(given('n'))}: use a whole number from 1 to ${mostPictures}`);
  const format = given('response_format') ?? (/^dall-e/i.test(String(named)) ? 'url' : 'b64_json');
  if (format !== 'b64_json' && format !== 'url')
    problems.push(`Invalid response_format ${JSON.stringify(format)}: use b64_json or url`);
  const quality = given('quality');
  const isRemix = pictures.length > 0 && isImagen(String(model));
  const asked = {
    prompt: given('prompt'),
    model,
    size: ratioOf(given('size'), isRemix ? remixRatios : ratios, problems) ?? stored.settings.ratio,
    ...(pictures.length > 0 && { image: pictures }),
    ...(!isImagen(String(model)) && {
      quality: qualities.has(quality) ? qualities.get(quality) : quality,
      output_format: given('output_format'),
    }),
    ...(isRemix && { output_format: remixFormats[String(given('output_format'))] }),
  };
  const names = { aspectRatio: 'size', images: 'image', format: 'output_format' };
  const [request, another] = parseRequests([namedSource(asked, names), settingSource({})], problems) ?? [];
  if (another) problems.push('model is one name');
  const key = headers['idempotency-key'];
  if (typeof key === 'string' && !/^[\x21-\x7e]{1,256}$/.test(key))
    problems.push('Invalid Idempotency-Key: use 1 to 256 characters without spaces');
  if (problems.length > 0 || !request) throw tellAll(problems, { wayOut: '' });
  return {
    request,
    count: n,
    format: format as PictureOrder['format'],
    key: typeof key === 'string' ? key : undefined,
    pictures,
  };
}

/** What Imagen makes from pictures has more ratios, and other words for its formats. */
const remixRatios = [...ratios, '2:3', '3:2', '4:5', '5:4', '21:9'];
const remixFormats: Readonly<Record<string, string>> = { png: 'png', jpeg: 'jpg', jpg: 'jpg' };

/** OpenAI's words for the quality in those of the service. Those that nobody chose are left to the model. */
const qualities = new Map<unknown, string | undefined>([
  ['low', 'basic'],
  ['medium', 'high'],
  ['high', 'ultra'],
  ['hd', 'high'],
  ['standard', undefined],
  ['auto', undefined],
]);

/** The ratio that is nearest to a size such as `1536x1024`; undefined for `auto`. */
function ratioOf(size: unknown, supported: readonly string[], problems: string[]): string | undefined {
  if (size === undefined || size === 'auto') return undefined;
  const [, width, height] = (/^(\d{1,5})x(\d{1,5})$/i.exec(String(size)) ?? []).map(Number);
  if (!width || !height) {
    problems.push(`Invalid size ${JSON.stringify(size)}: use auto or a size such as 1536x1024`);
    return undefined;
  }
  // As a logarithm: 2:1 is as far from the square as 1:2 is.
  const away = (ratio: string): number => {
    const [across = 0, down = 0] = ratio.split(':').map(Number);
    return Math.abs(Math.log(width / height) - Math.log(across / down));
  };
  return [...supported].sort((a, b) => away(a) - away(b))[0];
}
