import {
  _default,
  array,
  custom,
  exactOptional,
  number,
  object,
  type output,
  refine,
  string,
  type ZodMiniObject,
} from 'zod/mini';
import { isObject, type JsonObject } from '../json.ts';
import { furtherReason, readFurther } from './further-fields.ts';
import { isImagen, isModelName, modelNamed, modelReason, ratioNamed, ratioReason, remixModel } from './models.ts';
import { anyAs, type Flaw, listAs, parseFields, rule, type Source, textAs } from './parse-fields.ts';

const text = string('use text').check(refine((sent) => sent.trim() !== '', 'must not be empty'));

const actionReason = 'use an action of the service such as edit_image';

/** One picture to make, as it is sent, except for the URLs of uploaded pictures. */
export const imageRequest = object({
  model: string('use text').check(refine(isModelName, modelReason)),
  prompt: text,
  aspectRatio: exactOptional(string('use text')),
  negativePrompt: exactOptional(text),
  seed: exactOptional(number('use an integer').check(refine(Number.isSafeInteger, 'use an integer'))),
  resolution: exactOptional(text),
  format: exactOptional(text),
  quality: exactOptional(text),
  /** Fields that only some models have, by their names at the service. */
  set: exactOptional(custom<JsonObject>(isObject, 'use an object')),
  /** Input pictures: `sha256:` and the digest of a local file, or an http(s) URL. */
  images: exactOptional(array(text)),
  /** The service's action, where it is not the model's usual one. */
  action: exactOptional(string('use text').check(refine(isAction, actionReason))),
  callbackUrl: exactOptional(string('use text').check(refine(isHttp, 'use an http or https URL'))),
}).check(rule(({ model, ...same }) => imagenFlaws(model === undefined ? [] : [model], same)));

export type ImageRequest = output<typeof imageRequest>;

/** The most pictures that one call, or one row of a batch, may ask for. */
const mostPictures = 1000;

const trimmed = textAs((typed) => typed || undefined, 'use text');
const modelList = listAs(modelNamed, modelReason);
const { prompt: _, ...sent } = imageRequest.shape;

/** The fields that people write, without the prompt. A comma list of models or seeds makes a picture of each. */
const options = {
  ...sent,
  model: _default(modelList, ['imagen-4']),
  aspectRatio: exactOptional(textAs(ratioNamed, 'use a ratio such as 16:9')),
  negativePrompt: exactOptional(trimmed),
  seed: exactOptional(listAs(integerIn, 'use an integer')),
  resolution: exactOptional(trimmed),
  format: exactOptional(trimmed),
  quality: exactOptional(trimmed),
  set: exactOptional(anyAs(readFurther, furtherReason)),
  images: exactOptional(anyAs(readImages, 'use a path, a URL or task:ID')),
  count: _default(wholeNumber(1, mostPictures), 1),
};

type Options = output<ZodMiniObject<typeof options>>;

/** All fields that people write. */
export const orderFields = { prompt: trimmed, ...options };

export const orderRules = rule<Options>(function* ({ model = [], seed = [], count = 1, ...same }) {
  yield* imagenFlaws(model, same);
  // The same request with the same seed makes the same picture.
  const twice = 'is given twice and would buy the same picture twice';
  const sameModel = seed.length > 0 ? repeated(model) : undefined;
  if (sameModel !== undefined) yield { field: 'model', value: model.join(','), reason: `${sameModel} ${twice}` };
  const sameSeed = repeated(seed);
  if (sameSeed !== undefined) yield { field: 'seed', value: seed.join(','), reason: `${sameSeed} ${twice}` };
  const pictures = Math.max(1, model.length) * Math.max(1, seed.length) * count;
  if (pictures > mostPictures) yield () => `${pictures} pictures are too many at once: the limit is ${mostPictures}`;
});

const modelsSchema = object({ model: exactOptional(modelList) });
const optionsSchema = object(options).check(orderRules);
const anyModelSchema = object({ ...options, model: _default(modelList, []) }).check(orderRules);
const orderSchema = object(orderFields).check(orderRules);

/** Parses what was asked for: one request for each model, seed and count. Undefined where there is a problem. */
export function parseRequests(sources: readonly Source[], problems: string[]): ImageRequest[] | undefined {
  const order = parseFields(orderSchema, sources, problems);
  return order && requestsOf(order, sources, problems);
}

/**
 * Tells the problems of all but the prompt, where there is none to make requests of.
 * @param model `later` where a model may still be named: what one of Imagen's takes may be right
 */
export function checkOptions(sources: readonly Source[], problems: string[], model?: 'later'): undefined {
  parseFields(model === 'later' ? anyModelSchema : optionsSchema, sources, problems);
}

/** Parses a comma list of models, where one is given. */
export function parseModels(sources: readonly Source[], problems: string[]): string[] | undefined {
  return parseFields(modelsSchema, sources, problems)?.model;
}

/** Multiplies an order out. Settings of a model of its own count for its pictures alone. */
export function requestsOf(
  order: output<typeof orderSchema>,
  sources: readonly Source[] = [],
  problems: string[] = [],
): ImageRequest[] {
  const { count } = order;
  const once = order.model.flatMap((model) => {
    const { model: _, seed, count: __, ...same } = ofModel(model);
    return (seed ?? [undefined]).map((one) => remixed({ ...same, model, ...(one !== undefined && { seed: one }) }));
  });
  return Array.from({ length: count }, () => once).flat();

  function ofModel(model: string): typeof order {
    if (!sources.some((source) => source.ofModel?.(model))) return order;
    const own = sources.flatMap((source) => [source.ofModel?.(model) ?? [], source].flat());
    const value = (field: string): unknown => (field === 'model' ? model : undefined);
    const name = (field: string): string => field;
    return parseFields(orderSchema, [{ value, name }, ...own], problems) ?? order;
  }
}

/** Imagen's standard model takes pictures under another name. */
function remixed(request: ImageRequest): ImageRequest {
  const isRemix = request.images && request.model === 'imagen-4' && request.action !== 'text_to_image';
  return isRemix ? { ...request, model: remixModel } : request;
}

/** Tells why a model or a ratio cannot be the default of all pictures; undefined where it can. */
export function defaultReason(field: 'model' | 'aspectRatio', value: string): string | undefined {
  const reason = anyModelSchema.safeParse({ [field]: value }).error?.issues[0]?.message;
  return reason && field === 'aspectRatio' ? `${reason}; for another model set models.NAME.ratio` : reason;
}

/** Finds values that Imagen's models do not support. The service checks all other models. */
function* imagenFlaws(
  wanted: readonly string[],
  { aspectRatio, images, ...fields }: Partial<ImageRequest>,
): Generator<Flaw> {
  const imagen = wanted.filter(isImagen);
  if (images) {
    const other = imagen.find((model) => model !== 'imagen-4');
    const reason = `it takes no pictures; use imagen-4, which means ${remixModel}, or another of the command models`;
    if (other !== undefined) yield { field: 'model', value: other, reason };
    return;
  }
  // Where no model is known the ratio is checked all the same.
  const judges = wanted.length > 0 ? imagen : [undefined];
  const [reason] = judges.flatMap((model) => (aspectRatio && ratioReason(aspectRatio, model)) || []);
  if (reason !== undefined) yield { field: 'aspectRatio', value: aspectRatio, reason };
  const [model] = imagen;
  for (const field of ['resolution', 'format', 'quality'] as const)
    if (model !== undefined && fields[field] !== undefined)
      yield (name) => `${name(field)} is not for ${model}: leave it out, or choose another model`;
}

function repeated<Value>(values: readonly Value[]): Value | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}

function integerIn(typed: string): number | undefined {
  const number = Number(typed);
  return /^[+-]?\d+$/.test(typed) && Number.isSafeInteger(number) ? number : undefined;
}

/** A schema for a whole number. */
export function wholeNumber(least: 0 | 1, most: number) {
  const read = (typed: string): number | undefined => {
    const number = integerIn(typed) ?? 0;
    return (number >= 1 && number <= most) || (least === 0 && typed === '0') ? number : undefined;
  };
  return textAs(read, `use a whole number from ${least} to ${most}`);
}

function isHttp(typed: string): boolean {
  return URL.canParse(typed) && /^https?:$/.test(new URL(typed).protocol);
}

function isAction(typed: string): boolean {
  return /^[a-z][a-z0-9_]{0,63}$/.test(typed);
}

/** Several in one cell of a file stand on lines of their own. */
function readImages(given: unknown): string[] | undefined {
  const texts = typeof given === 'string' ? given.split('\n') : Array.isArray(given) ? given : [given];
  const sources = texts.map((each) => (typeof each === 'string' ? each.trim() : ''));
  return sources.length > 0 && sources.every((each) => each !== '') ? sources : undefined;
}
