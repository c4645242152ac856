import { looksLikeKey } from '../api-key.ts';
import { didYouMean } from '../near-miss.ts';

/** Imagen's models, whose values are checked here. The service checks those of all other models. */
export const models = ['imagen-4', 'imagen-4-fast', 'imagen-4-ultra'] as const;

/** The model that Imagen 4 requests with input pictures go to. */
export const remixModel = 'imagen-4-pro-remix-image';

/** Short names that people may type. */
export const modelAliases: Readonly<Record<string, string>> = {
  standard: 'imagen-4',
  fast: 'imagen-4-fast',
  ultra: 'imagen-4-ultra',
};

export const ratios = ['1:1', '16:9', '9:16', '3:4', '4:3'] as const;

export function isImagen(model: string): boolean {
  return (models as readonly string[]).includes(model);
}

/** Lists the ratios of a model of Imagen. `auto` lets the model choose; only the fast one takes it. */
export function ratiosOf(model: string): readonly string[] {
  return model === 'imagen-4-fast' ? [...ratios, 'auto'] : ratios;
}

/** Reads `Imagen-4-Fast` or `fast`, and any other name as it is; undefined for what cannot be a name. */
export function modelNamed(typed: string): string | undefined {
  const name = typed.toLowerCase();
  if (isImagen(name)) return name;
  if (Object.hasOwn(modelAliases, name)) return modelAliases[name];
  return isModelName(typed) ? typed : undefined;
}

/** Tells whether a text can be a model's name. A key in the wrong place is refused. */
export function isModelName(text: string): boolean {
  return !looksLikeKey(text) && /^[a-z0-9][\w.:/-]{0,127}$/i.test(text);
}

export const modelReason = 'use a name such as imagen-4; the command models lists all';

/** Turns `16x9` and `16/9` into `16:9`, and `AUTO` into `auto`. */
export function ratioNamed(typed: string): string {
  return typed.toLowerCase().replace(/^(\d+)[x/](\d+)$/, '$1:$2');
}

/**
 * Tells why a model does not take a ratio, with the nearest that it takes; undefined where it does.
 * @param model undefined for any of Imagen's
 */
export function ratioReason(ratio: string, model: string | undefined): string | undefined {
  const supported = ratiosOf(model ?? 'imagen-4-fast');
  if (supported.includes(ratio)) return undefined;
  const what = model
    ? `${model} supports ${listed(supported)}`
    : `Imagen 4 supports ${listed(ratios)}, and auto with imagen-4-fast`;
  if (ratio === 'auto') return `only imagen-4-fast supports auto; ${what}`;
  const nearest = nearestRatio(ratio, supported);
  return nearest ? `${what}; the nearest is ${nearest}` : what + didYouMean(ratio, supported);
}

/** Returns the supported ratio that is nearest; undefined for what is none. */
export function nearestRatio(ratio: string, supported: readonly string[]): string | undefined {
  const wanted = shapeOf(ratio);
  if (wanted === undefined) return undefined;
  const away = (other: string): number => Math.abs(wanted - (shapeOf(other) ?? Number.POSITIVE_INFINITY));
  return [...supported].sort((a, b) => away(a) - away(b))[0];
}

/** As a logarithm: 2:1 is as far from the square as 1:2 is. */
function shapeOf(ratio: string): number | undefined {
  const [, width, height] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(ratio) ?? [];
  const shape = Math.log(Number(width) / Number(height));
  return Number.isFinite(shape) ? shape : undefined;
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
