import {
  _default,
  exactOptional,
  number,
  object,
  enum as oneOf,
  type output,
  refine,
  string,
  type ZodMiniObject,
} from 'zod/mini';
import { type Model, modelNamed, modelReason, models, ratioNamed, ratioReason } from './models.ts';
import { type Flaw, listAs, parseFields, rule, type Source, textAs } from './parse-fields.ts';

const text = string('use text').check(refine((sent) => sent.trim() !== '', 'must not be empty'));

/** One picture to make, exactly as it is sent. */
export const imageRequest = object({
  model: oneOf(models, { error: ({ input }) => modelReason(String(input)) }),
  prompt: text,
  aspectRatio: exactOptional(string('use text')),
  negativePrompt: exactOptional(text),
  seed: exactOptional(number('use an integer').check(refine(Number.isSafeInteger, 'use an integer'))),
  callbackUrl: exactOptional(string('use text').check(refine(isHttp, 'use an http or https URL'))),
}).check(rule(({ model, aspectRatio }) => ratioFlaws(model && [model], aspectRatio)));

export type ImageRequest = output<typeof imageRequest>;

/** The flags about the picture itself, as they were typed. */
export interface PictureFlags {
  model?: string;
  ratio?: string;
  negative?: string;
  seed?: string;
  count?: string;
  callbackUrl?: string;
}

/** The most pictures that one call, or one row of a batch, may ask for. */
const mostPictures = 1000;

const trimmed = textAs(
  (typed) => typed || undefined,
  () => 'use text',
);
const modelList = listAs(modelNamed, modelReason);
const { prompt: _, ...sent } = imageRequest.shape;

/** What people write of a request, but for its prompt. A comma list of models or seeds makes a picture of each. */
const options = {
  ...sent,
  model: _default(modelList, ['imagen-4']),
  aspectRatio: exactOptional(textAs(ratioNamed, () => 'use a ratio such as 16:9')),
  negativePrompt: exactOptional(trimmed),
  seed: exactOptional(listAs(integerIn, () => 'use an integer')),
  count: _default(
    textAs(
      (typed) => wholeNumberIn(typed, mostPictures),
      () => `use a whole number from 1 to ${mostPictures}`,
    ),
    1,
  ),
};

type Options = output<ZodMiniObject<typeof options>>;

/** All that people write of a request. */
export const orderFields = { prompt: trimmed, ...options };

export const orderRules = rule<Options>(({ model, aspectRatio, seed, count }) => [
  ...ratioFlaws(model, aspectRatio),
  ...repeatFlaws(model, seed),
  ...countFlaws(model, seed, count),
]);

const modelsSchema = object({ model: exactOptional(modelList) });
const optionsSchema = object(options).check(orderRules);
const orderSchema = object(orderFields).check(orderRules);

/** Parses what was asked for: one request for each model, seed and count. Undefined where there is a problem. */
export function parseRequests(sources: readonly Source[], problems: string[]): ImageRequest[] | undefined {
  const order = parseFields(orderSchema, sources, problems);
  return order && requestsOf(order);
}

/** Tells the problems of all but the prompt, where there is none to make requests of. */
export function checkOptions(sources: readonly Source[], problems: string[]): undefined {
  parseFields(optionsSchema, sources, problems);
}

/** Parses a comma list of models, where one is given. */
export function parseModels(sources: readonly Source[], problems: string[]): Model[] | undefined {
  return parseFields(modelsSchema, sources, problems)?.model;
}

/** Multiplies an order out. */
export function requestsOf({ model, seed, count, ...same }: output<typeof orderSchema>): ImageRequest[] {
  const once = model.flatMap((each) =>
    (seed ?? [undefined]).map((one) => ({ ...same, model: each, ...(one !== undefined && { seed: one }) })),
  );
  return Array.from({ length: count }, () => once).flat();
}

/** Tells why a model or a ratio cannot be the default of all pictures; undefined where it can. */
export function defaultReason(field: 'model' | 'aspectRatio', value: string): string | undefined {
  // A ratio that one model alone takes may go with that model.
  const given = { model: 'imagen-4-fast', [field]: value };
  return optionsSchema.safeParse(given).error?.issues[0]?.message;
}

function ratioFlaws(wanted: readonly Model[] = [], ratio?: string): Flaw[] {
  if (ratio === undefined) return [];
  // Where no model is valid the ratio is checked all the same.
  for (const model of wanted.length > 0 ? wanted : (['imagen-4-fast'] as const)) {
    const reason = ratioReason(ratio, model);
    if (reason) return [{ field: 'aspectRatio', value: ratio, reason }];
  }
  return [];
}

/** The same request with the same seed makes the same picture. */
function repeatFlaws(wanted: readonly Model[] = [], seeds: readonly number[] = []): Flaw[] {
  const model = seeds.length > 0 ? repeated(wanted) : undefined;
  const seed = repeated(seeds);
  const reason = 'given twice, would buy the same picture twice';
  return [
    ...(model === undefined
      ? []
      : [{ field: 'model', value: wanted.join(','), reason: `${model}, ${reason}` }]),
    ...(seed === undefined ? [] : [{ field: 'seed', value: seeds.join(','), reason: `${seed}, ${reason}` }]),
  ];
}

function countFlaws(wanted: readonly Model[] = [], seeds: readonly number[] = [], count = 1): Flaw[] {
  const pictures = wanted.length * Math.max(1, seeds.length) * count;
  if (pictures <= mostPictures) return [];
  return [() => `${pictures} pictures are too many at once: the limit is ${mostPictures}`];
}

function repeated<Value>(values: readonly Value[]): Value | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}

function integerIn(typed: string): number | undefined {
  const number = Number(typed);
  return /^[+-]?\d+$/.test(typed) && Number.isSafeInteger(number) ? number : undefined;
}

/** Reads a whole number from 1 to `most`. */
export function wholeNumberIn(typed: string, most: number): number | undefined {
  const number = integerIn(typed) ?? 0;
  return number >= 1 && number <= most ? number : undefined;
}

function isHttp(typed: string): boolean {
  return URL.canParse(typed) && /^https?:$/.test(new URL(typed).protocol);
}
