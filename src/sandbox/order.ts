import { isImagen, ratiosOf } from '../request/models.ts';
import { Refusal } from './call.ts';
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

const pictureFields = ['source_image_urls', 'source_image_url', 'reference_image_urls'];

/**
 * Reads the order in a body as the service would. A field that is null counts as left out.
 *
 * @throws {Refusal} 400 if it is not a JSON object or its model is not sold, 422 with the problems of all fields
 */
export function readOrder(body: unknown, shop: readonly SandboxModel[], asked?: Asked): Order {
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    throw new Refusal(400, 'The request body must be a JSON object');
  const fields = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as Fields;
  const sold = typeof fields.model === 'string' && fields.model !== '' ? findModel(shop, fields.model) : undefined;
  const sources = pictureFields.flatMap((name) => fields[name] ?? []) as string[];
  const problems = [
    ...problemsIn(fields, sold),
    ...(sold && asked ? pathProblems(sold, asked) : []),
    ...pictureProblems(fields, sources, asked?.action ?? usualAction(sold, sources)),
  ];
  if (!sold || problems.length > 0)
    throw new Refusal(422, 'Validation failed', { errors: Object.fromEntries(problems) });
  const { prompt = '', aspect_ratio: ratio, seed, output_resolution: resolution } = fields;
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

interface Fields extends Record<string, unknown> {
  prompt?: string;
  aspect_ratio?: string;
  seed?: number;
  output_resolution?: string;
  output_format?: string;
  output_quality?: string;
  output_count?: number;
}

const qualities: Readonly<Record<string, number>> = { basic: 1, high: 2, ultra: 4 };

/** Tells what a task of these fields costs. */
export function centsFor({ cents, isFlat, pictures }: SandboxModel, fields: Fields): number {
  const { output_count: count = pictures, output_quality: quality = 'basic' } = fields;
  return (cents * Math.max(1, count / pictures) * 1000 * (isFlat ? 1 : (qualities[quality] ?? 1))) / 1000;
}

type Problem = readonly [field: string, problems: readonly string[]];
type Check = (value: unknown, sold: SandboxModel | undefined) => string | undefined;

function problemsIn(fields: Fields, sold: SandboxModel | undefined): Problem[] {
  return Object.entries(checks).flatMap(([name, check]) => {
    const problem = check(fields[name], sold);
    return problem === undefined ? [] : [[name, [problem]] as const];
  });
}

const oneOf = (allowed: readonly string[]) => (value: unknown) =>
  value === undefined || allowed.includes(value as string) ? undefined : `must be one of ${allowed.join(', ')}`;

const checks: Readonly<Record<string, Check>> = {
  model: (_, sold) => (sold ? undefined : "can't be blank"),
  prompt: (value) => {
    if (typeof value !== 'string' || !value.trim()) return "can't be blank";
    const [word] = faultsIn(value).unknown;
    const known = Object.keys(faultWords).join(', ');
    return word === undefined ? undefined : `has the unknown fault [sandbox:${word}]; use one of ${known}`;
  },
  aspect_ratio: (value, sold) => {
    if (!sold || isImagen(sold.model)) return oneOf(ratiosOf(sold?.model ?? 'imagen-4-fast'))(value);
    const isRatio = value === undefined || /^(auto|\d{1,2}:\d{1,2})$/.test(String(value));
    return isRatio ? undefined : 'must be a ratio such as 4:5';
  },
  negative_prompt: (value) => (value === undefined || typeof value === 'string' ? undefined : 'must be a string'),
  seed: (value) => (value === undefined || Number.isInteger(value) ? undefined : 'must be an integer'),
  output_resolution: oneOf(['1k', '2k', '4k']),
  output_format: oneOf(['png', 'jpg', 'jpeg']),
  output_quality: oneOf(Object.keys(qualities)),
  output_count: (value) => {
    const isCount = value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 6);
    return isCount ? undefined : 'must be a whole number from 1 to 6';
  },
  callback_url: (value) => {
    const isUrl = value === undefined || /^https?:\/\/\S+$/.test(String(value));
    return isUrl ? undefined : 'must be an http or https URL';
  },
};

function usualAction(sold: SandboxModel | undefined, sources: readonly string[]): string {
  const [first = 'text_to_image'] = sold?.actions ?? [];
  return sources.length > 0 ? 'edit_image' : first;
}

function pathProblems({ service, actions }: SandboxModel, asked: Asked): Problem[] {
  if (service.replaceAll('-', '_') !== asked.service) return [['model', [`belongs to ${service}`]]];
  return actions.includes(asked.action) ? [] : [['model', [`takes ${actions.join(', ')}`]]];
}

function pictureProblems(fields: Fields, sources: readonly unknown[], action: string): Problem[] {
  const name = pictureFields.find((field) => fields[field] !== undefined) ?? 'source_image_urls';
  if (action !== 'text_to_image' && sources.length === 0) return [[name, ["can't be blank"]]];
  const areUrls = sources.every((url) => typeof url === 'string' && /^https?:\/\/\S+$/.test(url));
  return areUrls && sources.length <= 8 ? [] : [[name, ['must be 1 to 8 http or https URLs']]];
}
