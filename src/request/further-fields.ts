import { isObject, type Json, type JsonObject, parseJson } from '../json.ts';

/** The fields of a request that are one text or number, in the order in which they are sent, by their names there. */
export const wireNames = {
  model: 'model',
  prompt: 'prompt',
  aspectRatio: 'aspect_ratio',
  negativePrompt: 'negative_prompt',
  seed: 'seed',
  resolution: 'output_resolution',
  format: 'output_format',
  quality: 'output_quality',
  callbackUrl: 'callback_url',
} as const;

export const textFields = Object.keys(wireNames) as Array<keyof typeof wireNames>;

export function wireNameOf(field: string): string {
  return Object.hasOwn(wireNames, field) ? wireNames[field as keyof typeof wireNames] : field;
}

const ownNames: ReadonlySet<string> = new Set(Object.values(wireNames));

/**
 * Reads fields that have no flag of their own: `key=value` texts, an object, or an object as JSON. Values that are
 * JSON count as such: numbers, booleans, lists. Undefined where one cannot be read.
 */
export function readFurther(given: unknown): JsonObject | undefined {
  if (isObject(given)) return isValid(given) ? given : undefined;
  const texts = Array.isArray(given) ? given : [given];
  const fields: JsonObject = {};
  for (const text of texts) {
    const whole = typeof text === 'string' && text.trim().startsWith('{') ? parseJson(text) : undefined;
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(String(text)) ?? [];
    if (isObject(whole)) Object.assign(fields, whole);
    else if (key !== undefined && value !== undefined) fields[key.trim()] = readValue(value);
    else return undefined;
  }
  return isValid(fields) ? fields : undefined;
}

export const furtherReason =
  'use key=value with a field of the service, such as rendering_speed=TURBO; a field that has a flag goes into the flag';

function isValid(fields: JsonObject): boolean {
  const names = Object.keys(fields);
  return names.length > 0 && names.every((name) => /^[a-z]\w{0,63}$/i.test(name) && !ownNames.has(name));
}

function readValue(text: string): Json {
  return parseJson(text) ?? (text.trim() === 'null' ? null : text);
}
