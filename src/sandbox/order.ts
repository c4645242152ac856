import { isObject, type JsonObject } from '../json.ts';
import { wireNameOf } from '../request/further-fields.ts';
import { isImagen } from '../request/models.ts';
import { imageRequest } from '../request/request.ts';
import { type FieldErrors, Refusal } from './call.ts';
import { type Fault, faultsIn, faultWords } from './faults.ts';
import { findModel, type SandboxModel } from './models.ts';

/** What a picture is made from. The other fields of a body change nothing; the callback URL is never called. */
export interface Order {
  model: string;
  prompt: string;
  ratio: string | undefined;
  seed: number | undefined;
  /** `2k` */
  resolution: string | undefined;
  format: 'png' | 'jpg';
  /** Of pictures. */
  count: number;
  /** Addresses of the pictures that it is made from. */
  sources: readonly string[];
  /** What the whole task costs. */
  cents: number;
  faults: ReadonlySet<Fault>;
}

/** The part of the path that names a service and what to do, in the service's own dialect. */
export interface Asked {
  service: string;
  action: string;
}

interface Fields extends JsonObject {
  prompt: string;
  aspect_ratio?: string;
  seed?: number;
  output_resolution?: string;
  output_format?: string;
  output_count?: number;
}

const pictureFields = ['source_image_urls', 'source_image_url', 'reference_image_urls'];

/**
 * Reads the order in a body as the service would. A field that is null counts as left out.
 *
 * @throws {Refusal} 400 if it is not a JSON object or its model is not sold, 422 with the problems of all fields
 */
export function readOrder(body: unknown, shop: readonly SandboxModel[], asked?: Asked): Order {
  if (!isObject(body)) throw new Refusal(400, 'The request body must be a JSON object');
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const sold = typeof given.model === 'string' && given.model !== '' ? findModel(shop, given.model) : undefined;
  const sources = pictureFields.flatMap((name) => given[name] ?? []) as string[];
  const errors = {
    ...flawsIn(given, sold),
    ...(sold && asked && pathFlaw(sold, asked)),
    ...pictureFlaw(given, sources, asked?.action ?? usualAction(sold, sources)),
  };
  if (!sold || Object.keys(errors).length > 0) throw new Refusal(422, 'Validation failed', { errors });
  const fields = given as Fields;
  const { prompt, aspect_ratio: ratio, seed, output_resolution: resolution } = fields;
  return {
    model: sold.model,
    prompt,
    ratio,
    seed,
    resolution,
    format: /^jpe?g$/.test(fields.output_format ?? '') ? 'jpg' : 'png',
    count: fields.output_count ?? sold.pictures,
    sources,
    cents: centsFor(sold, fields),
    faults: faultsIn(prompt).faults,
  };
}

const qualities: Readonly<Record<string, number>> = { basic: 1, high: 2, ultra: 4 };

/** Tells what a task of these fields costs. */
export function centsFor({ cents, isFlat, pictures }: SandboxModel, fields: JsonObject): number {
  const { output_count: count = pictures, output_quality: quality = 'basic' } = fields;
  const grade = isFlat ? 1 : (qualities[String(quality)] ?? 1);
  return (cents * Math.max(1, Number(count) / pictures) * 1000 * grade) / 1000;
}

/** The fields that are the same for every model. */
const common = ['model', 'prompt', 'aspectRatio', 'negativePrompt', 'seed', 'callbackUrl'];

const oneOf = (...allowed: string[]) => [new RegExp(`^(${allowed.join('|')})$`), `must be one of ${allowed}`] as const;

/** What this sandbox takes of the fields that only some models have. */
const others: Readonly<Record<string, readonly [form: RegExp, problem: string]>> = {
  output_resolution: oneOf('1k', '2k', '4k'),
  output_format: oneOf('png', 'jpg', 'jpeg'),
  output_quality: oneOf(...Object.keys(qualities)),
  output_count: oneOf('1', '2', '3', '4', '5', '6'),
};

function flawsIn(given: JsonObject, sold: SandboxModel | undefined): FieldErrors {
  const errors: Record<string, string[]> = {};
  const values = common.map((field) => [field, given[wireNameOf(field)]]).filter(([, value]) => value !== undefined);
  for (const { path, input, message } of imageRequest.safeParse(Object.fromEntries(values), { reportInput: true }).error
    ?.issues ?? [])
    errors[wireNameOf(String(path[0]))] = [input === undefined ? "can't be blank" : message];
  const [word] = faultsIn(String(given.prompt)).unknown;
  if (word !== undefined)
    errors.prompt = [`has the unknown fault [sandbox:${word}]; use one of ${Object.keys(faultWords).join(', ')}`];
  const { aspect_ratio: ratio = 'auto' } = given;
  if (sold && !isImagen(sold.model) && !/^(auto|\d{1,2}:\d{1,2})$/.test(String(ratio)))
    errors.aspect_ratio = ['must be a ratio such as 4:5'];
  for (const [name, [form, problem]] of Object.entries(others))
    if (given[name] !== undefined && !form.test(String(given[name]))) errors[name] = [problem];
  return errors;
}

function usualAction(sold: SandboxModel | undefined, sources: readonly string[]): string {
  const [first = 'text_to_image'] = sold?.actions ?? [];
  return sources.length > 0 ? 'edit_image' : first;
}

function pathFlaw({ service, actions }: SandboxModel, asked: Asked): FieldErrors {
  if (service.replaceAll('-', '_') !== asked.service) return { model: [`belongs to ${service}`] };
  return actions.includes(asked.action) ? {} : { model: [`takes ${actions.join(', ')}`] };
}

function pictureFlaw(given: JsonObject, sources: readonly unknown[], action: string): FieldErrors {
  const name = pictureFields.find((field) => given[field] !== undefined) ?? 'source_image_urls';
  if (action !== 'text_to_image' && sources.length === 0) return { [name]: ["can't be blank"] };
  const areUrls = sources.every((url) => typeof url === 'string' && /^https?:\/\/\S+$/.test(url));
  return areUrls && sources.length <= 8 ? {} : { [name]: ['must be 1 to 8 http or https URLs'] };
}
