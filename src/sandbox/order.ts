import { isObject, type JsonObject } from '../json.ts';
import { wireNameOf } from '../request/further-fields.ts';
import { isImagen } from '../request/models.ts';
import { imageRequest } from '../request/request.ts';
import { type FieldErrors, invalid, Refusal } from './answer.ts';
import { centsFor, qualities, type SandboxModel } from './shop.ts';

/** What a task makes. The callback URL is never called. */
export interface Order {
  sold: SandboxModel;
  /** The body, without what is null. */
  fields: Fields;
  /** Of pictures. */
  count: number;
  /** Addresses of the pictures that it is made from. */
  sources: readonly string[];
  /** What the whole task costs. */
  cents: number;
  /** Words of `[sandbox:WORD]` in the prompt. */
  faults: ReadonlySet<string>;
}

/** What is read of a body after it was checked. */
export interface Fields extends JsonObject {
  model: string;
  prompt: string;
  aspect_ratio?: string;
  seed?: number;
  output_resolution?: string;
  output_format?: string;
}

/** The part of the path that names a service and what to do, in the service's own dialect. */
export interface Asked {
  service: string;
  action: string;
}

/** Answers that a prompt orders with `[sandbox:WORD]`, at every try or at the first, so that people can test scripts. */
const refusals: Readonly<Record<string, () => Refusal>> = {
  '402': () => new Refusal(402, 'Insufficient credits'),
  '422': () => invalid({ prompt: ['orders its own refusal'] }),
  '429': () => new Refusal(429, 'Too many requests', { headers: { 'Retry-After': '1' } }),
  '429-once': () => new Refusal(429, 'Too many requests', { headers: { 'Retry-After': '1' } }),
  '500': () => new Refusal(500, 'Internal server error'),
  '503-once': () => new Refusal(503, 'Service temporarily unavailable', { headers: { 'Retry-After': '1' } }),
};

/**
 * All words. The others: the task fails or never ends; the connection breaks once when it was accepted; its picture is
 * gone, breaks off once, or is a page.
 */
const faultWords = [...Object.keys(refusals), 'fail', 'slow', 'cut-once', 'expired', 'torn', 'not-an-image'];

/** @throws {Refusal} the one that the prompt orders */
export function refuseIfOrdered(faults: ReadonlySet<string>, isFirstTry: (fault: string) => boolean): void {
  for (const fault of faults)
    if (refusals[fault] && (!fault.endsWith('-once') || isFirstTry(fault))) throw refusals[fault]();
}

function faultsIn(prompt: string): Set<string> {
  const matches = prompt.matchAll(/\[sandbox:([^[\]\s]*)\]/gi);
  return new Set(Array.from(matches, ([, word = '']) => word.toLowerCase()));
}

export function formatOf({ output_format: format = 'png' }: Fields): 'png' | 'jpg' {
  return format.startsWith('jp') ? 'jpg' : 'png';
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
  const { model } = given;
  const sold = typeof model === 'string' && model !== '' ? findModel(shop, model) : undefined;
  const sources = pictureFields.flatMap((name) => given[name] ?? []) as string[];
  const errors = {
    ...flawsIn(given),
    ...(sold && ratioFlaw(given, sold)),
    ...(sold && asked && pathFlaw(sold, asked)),
    ...pictureFlaw(given, sources, asked?.action ?? (sources.length > 0 ? 'edit_image' : sold?.actions[0])),
  };
  if (!sold || Object.keys(errors).length > 0) throw invalid(errors);
  const fields = given as Fields;
  const count = Number(given.output_count ?? sold.pictures);
  return { sold, fields, count, sources, cents: centsFor(sold, given), faults: faultsIn(fields.prompt) };
}

/** @throws {Refusal} 400 for a model that is not sold, as the service answers what it does not know */
function findModel(shop: readonly SandboxModel[], name: string): SandboxModel {
  const found = shop.find(({ model }) => model === name);
  if (found && found.status !== 'disabled') return found;
  throw invalid({ model: [found ? 'is no longer available' : 'is not known'] }, 400);
}

/** The fields that are the same for every model. */
const common = ['model', 'prompt', 'aspectRatio', 'negativePrompt', 'seed', 'callbackUrl'];

/** The values that this sandbox takes of the fields that only some models have. */
const others: Readonly<Record<string, readonly string[]>> = {
  output_resolution: ['1k', '2k', '4k'],
  output_format: ['png', 'jpg', 'jpeg'],
  output_quality: Object.keys(qualities),
  output_count: ['1', '2', '3', '4', '5', '6'],
};

function flawsIn(given: JsonObject): FieldErrors {
  const errors: Record<string, string[]> = {};
  const values = common.map((field) => [field, given[wireNameOf(field)]]).filter(([, value]) => value !== undefined);
  const { error } = imageRequest.safeParse(Object.fromEntries(values), { reportInput: true });
  for (const { path, input, message } of error?.issues ?? [])
    errors[wireNameOf(String(path[0]))] = [input === undefined ? "can't be blank" : message];
  // An unknown word must not pass for a success.
  const word = [...faultsIn(String(given.prompt))].find((each) => !faultWords.includes(each));
  if (word !== undefined)
    errors.prompt = [`has the unknown fault [sandbox:${word}]; use one of ${faultWords.join(', ')}`];
  for (const [name, allowed] of Object.entries(others))
    if (given[name] !== undefined && !allowed.includes(String(given[name])))
      errors[name] = [`must be one of ${allowed}`];
  return errors;
}

function ratioFlaw({ aspect_ratio: ratio = 'auto' }: JsonObject, { model }: SandboxModel): FieldErrors {
  const isRatio = isImagen(model) || /^(auto|\d{1,2}:\d{1,2})$/.test(String(ratio));
  return isRatio ? {} : { aspect_ratio: ['must be a ratio such as 4:5'] };
}

function pathFlaw({ service, actions }: SandboxModel, asked: Asked): FieldErrors {
  if (service.replaceAll('-', '_') !== asked.service) return { model: [`belongs to ${service}`] };
  return actions.includes(asked.action) ? {} : { model: [`takes ${actions.join(', ')}`] };
}

function pictureFlaw(given: JsonObject, sources: readonly unknown[], action = 'text_to_image'): FieldErrors {
  const name = pictureFields.find((field) => given[field] !== undefined) ?? 'source_image_urls';
  if (action !== 'text_to_image' && sources.length === 0) return { [name]: ["can't be blank"] };
  const areUrls = sources.every((url) => typeof url === 'string' && /^https?:\/\/\S+$/.test(url));
  return areUrls && sources.length <= 8 ? {} : { [name]: ['must be 1 to 8 http or https URLs'] };
}
