import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { invalid, tellAll } from '../../errors.ts';
import { isObject, parseJson } from '../../json.ts';
import { isImagen, nearestRatio, ratioNamed, ratios } from '../../request/models.ts';
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
  wantsUrls: boolean;
  /** The client's own `Idempotency-Key`. */
  key: string | undefined;
  /** The pictures that it sent: they are kept until they are released. */
  sent: readonly string[];
}

const mebibyte = 1024 * 1024;
export const mostJsonBytes = mebibyte;
const mostFormBytes = 64 * mebibyte;
const mostPictures = 10;
const mostSent = 16;

/** Reads a request to `images/generations`: JSON. */
export async function readGeneration(request: IncomingMessage, settings: ServeSettings): Promise<PictureOrder> {
  checkType(request, 'application/json', /^(application\/([\w.+-]+\+)?json\b|$)/i);
  const bytes = await readBody(request, mostJsonBytes);
  const body = isUtf8(bytes) ? parseJson(bytes.toString()) : undefined;
  if (!isObject(body)) throw invalid('The body is not a JSON object');
  return readOrder(body, [], request, settings);
}

/** Reads a request to `images/edits`: a form with pictures, which are saved until they are used. */
export async function readEdit(
  request: IncomingMessage,
  settings: ServeSettings,
  pictures: SentPictures,
): Promise<PictureOrder> {
  const type = checkType(request, 'multipart/form-data', /^multipart\/form-data\b/i);
  const body = new Response(await readBody(request, mostFormBytes), { headers: { 'content-type': type } });
  const form = await body.formData().catch(() => {
    throw invalid('The body is not a form');
  });
  if (form.has('mask')) throw invalid('Invalid mask: no model here takes one', 'Say in the prompt what to change');
  const images = [...form].filter(([name]) => /^image(\[\d*\])?$/.test(name)).map(([, value]) => value);
  if (images.length < 1 || images.length > mostSent)
    throw invalid(`Send a picture as image, or up to ${mostSent} as image[]`);
  const sent: string[] = [];
  try {
    for (const image of images) {
      if (typeof image === 'string') throw invalid('Invalid image: send it as a file');
      sent.push(await pictures.keep(new Uint8Array(await image.arrayBuffer())));
    }
    return readOrder(Object.fromEntries(form), sent, request, settings);
  } catch (error) {
    pictures.release(sent);
    throw error;
  }
}

function checkType({ headers }: IncomingMessage, wanted: string, form: RegExp): string {
  const { 'content-type': type = '' } = headers;
  if (!form.test(type)) throw new ApiError(415, 'unsupported_media_type', `Send the body as ${wanted}`);
  return type;
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

/** Parses what a body asks for; fields that no model here has are ignored. Throws `validation`. */
function readOrder(
  body: object,
  sent: readonly string[],
  { headers }: IncomingMessage,
  settings: ServeSettings,
): PictureOrder {
  const problems: string[] = [];
  const fields = new Map(Object.entries(body));
  const given = (name: string): unknown => fields.get(name) ?? undefined;
  const problem = (field: string, use: string): void =>
    void problems.push(`Invalid ${field} ${JSON.stringify(given(field))}: use ${use}`);
  const named = given('model');
  const model =
    typeof named === 'string' ? (settings.aliases.get(named.toLowerCase()) ?? named) : (named ?? settings.model);
  const isOfImagen = isImagen(String(model));
  const isRemix = sent.length > 0 && isOfImagen;
  const count = Number(given('n') ?? 1);
  if (!(Number.isInteger(count) && count >= 1 && count <= mostPictures))
    problem('n', `a whole number from 1 to ${mostPictures}`);
  const format = given('response_format') ?? (/^dall-e/i.test(String(named)) ? 'url' : 'b64_json');
  if (format !== 'b64_json' && format !== 'url') problem('response_format', 'b64_json or url');
  const size = given('size') ?? 'auto';
  const ratio = nearestRatio(ratioNamed(String(size)), isRemix ? remixRatios : ratios);
  if (size !== 'auto' && ratio === undefined) problem('size', 'auto or a size such as 1536x1024');
  const [quality, fileFormat] = [given('quality'), given('output_format')];
  const asked = {
    prompt: given('prompt'),
    model,
    size: ratio ?? settings.ratio,
    image: sent.length > 0 ? sent : undefined,
    quality: isOfImagen ? undefined : qualities.has(quality) ? qualities.get(quality) : quality,
    output_format: isRemix ? remixFormats.get(fileFormat) : isOfImagen ? undefined : fileFormat,
  };
  const names = { aspectRatio: 'size', images: 'image', format: 'output_format' };
  const [request, another] = parseRequests([namedSource(asked, names), settingSource({})], problems) ?? [];
  if (another) problems.push('model is one name');
  const [key] = [headers['idempotency-key']].flat();
  if (key !== undefined && !/^[\x21-\x7e]{1,256}$/.test(key))
    problems.push('Invalid Idempotency-Key: use 1 to 256 characters without spaces');
  if (problems.length > 0 || !request) throw tellAll(problems, { wayOut: '' });
  return { request, count, wantsUrls: format === 'url', key, sent };
}

/** What Imagen makes from pictures has more ratios, and other words for its formats. */
const remixRatios = [...ratios, '2:3', '3:2', '4:5', '5:4', '21:9'];
const remixFormats = new Map<unknown, string>(Object.entries({ png: 'png', jpeg: 'jpg', jpg: 'jpg' }));

/** OpenAI's words for the quality in those of the service. Those that nobody chose are left to the model. */
const qualities = new Map<unknown, string | undefined>(
  Object.entries({ low: 'basic', medium: 'high', high: 'ultra', hd: 'high', standard: undefined, auto: undefined }),
);
