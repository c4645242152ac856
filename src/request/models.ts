import { didYouMean } from '../near-miss.ts';

/** The models and ratios that the service takes. Sources: the public guide and RunAPI's own SDK. */
export const models = ['imagen-4', 'imagen-4-fast', 'imagen-4-ultra'] as const;
export type Model = (typeof models)[number];

/** Short names that people may type. */
export const modelAliases: Readonly<Record<string, Model>> = {
  standard: 'imagen-4',
  fast: 'imagen-4-fast',
  ultra: 'imagen-4-ultra',
};

export const ratios = ['1:1', '16:9', '9:16', '3:4', '4:3'] as const;

/** Lists the ratios of a model. `auto` lets the model choose; only the fast one takes it. */
export function ratiosOf(model: Model): readonly string[] {
  return model === 'imagen-4-fast' ? [...ratios, 'auto'] : ratios;
}

/** Reads `imagen-4-fast`, `Imagen-4-Fast` or `fast`; undefined where there is no such model. */
export function modelNamed(typed: string): Model | undefined {
  const name = typed.toLowerCase();
  return (
    models.find((model) => model === name) ??
    (Object.hasOwn(modelAliases, name) ? modelAliases[name] : undefined)
  );
}

/** Tells why a name is not that of a model. */
export function modelReason(typed: string): string {
  const known = [...models, ...Object.keys(modelAliases)];
  return `use ${listed(models, 'or')}${didYouMean(typed, known)}`;
}

/** Turns `16x9` and `16/9` into `16:9`, and `AUTO` into `auto`. */
export function ratioNamed(typed: string): string {
  return typed.toLowerCase().replace(/^(\d+)[x/](\d+)$/, '$1:$2');
}

/** Tells why a model does not take a ratio, with the nearest that it takes; undefined where it does. */
export function ratioReason(ratio: string, model: Model): string | undefined {
  const supported = ratiosOf(model);
  if (supported.includes(ratio)) return undefined;
  const what = `${model} supports ${listed(supported, 'and')}`;
  if (ratio === 'auto') return `only imagen-4-fast supports auto; ${what}`;
  const nearest = nearestRatio(ratio, supported);
  return nearest ? `${what}; the nearest is ${nearest}` : what + didYouMean(ratio, supported);
}

function nearestRatio(ratio: string, supported: readonly string[]): string | undefined {
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

function listed(words: readonly string[], last: string): string {
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
