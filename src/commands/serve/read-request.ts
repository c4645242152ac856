import type { IncomingMessage } from 'node:http';
import type { Context } from '../../context.ts';
import { invalid, tellAll } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { ratiosOf } from '../../request/models.ts';
import { type ImageRequest, parseRequests } from '../../request/request.ts';
import { namedSource, settingSource } from '../../request/sources.ts';
import { ApiError } from './api-error.ts';
import type { ServeSettings } from './settings.ts';

/** What a client asks for. */
export interface PictureOrder {
  requests: ImageRequest[];
  format: 'b64_json' | 'url';
  /** The client's own `Idempotency-Key`. */
  key: string | undefined;
}

export const mostBodyBytes = 1024 * 1024;
const mostPictures = 10;

/** Reads the body as JSON. Node ends a request whose body is slow. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? 'application/json';
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type))
    throw new ApiError(415, 'unsupported_media_type', 'Send the body as application/json');
  const tooLarge = new ApiError(413, 'request_too_large', 'The body is larger than 1 MB');
  if (Number(request.headers['content-length'] ?? 0) > mostBodyBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw invalid('The body is not JSON');
  }
}

/** Parses the body of `images/generations`; fields that no model here has are ignored. Throws `validation`. */
export function readOrder(
  body: unknown,
  headers: IncomingMessage['headers'],
  { stored }: Context,
  { aliases, model: usual }: ServeSettings,
): PictureOrder {
  if (!isObject(body)) throw invalid('The body is not a JSON object');
  const problems: string[] = [];
  const given = (name: string): unknown => body[name] ?? undefined;
  const named = given('model');
  const model = typeof named === 'string' ? (aliases.get(named.toLowerCase()) ?? named) : (named ?? usual);
  const n = given('n') ?? 1;
  if (!(Number.isInteger(n) && Number(n) >= 1 && Number(n) <= mostPictures))
    problems.push(`Invalid n ${JSON.stringify(n)}: use a whole number from 1 to ${mostPictures}`);
  const format = given('response_format') ?? (/^dall-e/i.test(String(named)) ? 'url' : 'b64_json');
  if (format !== 'b64_json' && format !== 'url')
    problems.push(`Invalid response_format ${JSON.stringify(format)}: use b64_json or url`);
  const ratio = ratioOf(given('size'), String(model), problems);
  const fields = { prompt: given('prompt'), model, size: ratio ?? stored.settings.ratio };
  const sources = [namedSource(fields, { aspectRatio: 'size' }), settingSource({})];
  const [request, another] = parseRequests(sources, problems) ?? [];
  if (another) problems.push('model is one name');
  const key = headers['idempotency-key'];
  if (typeof key === 'string' && !/^[\x21-\x7e]{1,256}$/.test(key))
    problems.push('Invalid Idempotency-Key: use 1 to 256 characters without spaces');
  if (problems.length > 0 || !request) throw tellAll(problems, { wayOut: '' });
  return {
    requests: Array.from({ length: Number(n) }, () => request),
    format: format as PictureOrder['format'],
    key: typeof key === 'string' ? key : undefined,
  };
}

/** The ratio of the model that is nearest to `1536x1024`; undefined for `auto`. */
function ratioOf(size: unknown, model: string, problems: string[]): string | undefined {
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
  const exact = ratiosOf(model as 'imagen-4').filter((ratio) => /^\d+:\d+$/.test(ratio));
  return [...exact].sort((a, b) => away(a) - away(b))[0];
}
