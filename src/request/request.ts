import { didYouMean } from '../near-miss.ts';
import { type Model, modelAliases, models, ratiosOf } from './models.ts';

/** One picture to make, checked: what reaches the service is exactly this. */
export interface ImageRequest {
  model: Model;
  prompt: string;
  aspectRatio?: string;
  negativePrompt?: string;
  seed?: number;
  callbackUrl?: string;
}

/** What was typed, before it is checked. `model` and `seed` may be comma lists. */
export interface RequestWords {
  prompt: string;
  model: string;
  ratio?: string | undefined;
  negative?: string | undefined;
  seed?: string | undefined;
  callbackUrl?: string | undefined;
}

/**
 * The requests that the words ask for: one for each model and seed. Every problem found goes to `problems`,
 * each naming its flag; where there is one, the requests are not to be used.
 */
export function parseRequests(words: RequestWords, problems: string[]): ImageRequest[] {
  if (words.prompt.trim() === '') problems.push('the prompt is empty');
  const wanted = parseModels(words.model, problems);
  const seeds = words.seed === undefined ? [undefined] : parseSeeds(words.seed, problems);
  const ratio = words.ratio === undefined ? undefined : parseRatio(words.ratio, wanted, problems);
  if (words.negative?.trim() === '') problems.push('--negative is empty');
  if (words.callbackUrl !== undefined) checkCallback(words.callbackUrl, problems);
  return wanted.flatMap((model) =>
    seeds.map((seed) => ({
      model,
      prompt: words.prompt,
      ...(ratio !== undefined && { aspectRatio: ratio }),
      ...(words.negative !== undefined && { negativePrompt: words.negative }),
      ...(seed !== undefined && { seed }),
      ...(words.callbackUrl !== undefined && {
        callbackUrl: words.callbackUrl,
      }),
    })),
  );
}

/** A comma list of models or their short names. */
export function parseModels(typed: string, problems: string[]): Model[] {
  const known = [...models, ...Object.keys(modelAliases)];
  return split(typed).flatMap((word) => {
    const model = models.find((name) => name === word) ?? modelAliases[word];
    if (model) return [model];
    problems.push(`--model ${quoted(word)} is none of ${models.join(', ')}${didYouMean(word, known)}`);
    return [];
  });
}

function parseSeeds(typed: string, problems: string[]): number[] {
  return split(typed).flatMap((word) => {
    const seed = Number(word);
    if (/^[+-]?\d+$/.test(word) && Number.isSafeInteger(seed)) return [seed];
    problems.push(`--seed ${quoted(word)} is not an integer`);
    return [];
  });
}

function parseRatio(typed: string, wanted: readonly Model[], problems: string[]): string {
  const ratio = typed
    .trim()
    .toLowerCase()
    .replace(/^(\d+)[x/](\d+)$/, '$1:$2');
  // Where no model is right the ratio is checked all the same: every problem is told at once.
  for (const model of wanted.length > 0 ? wanted : (['imagen-4-fast'] as const)) {
    const known = ratiosOf(model);
    if (known.includes(ratio)) continue;
    const reason =
      ratio === 'auto'
        ? `--ratio auto works with imagen-4-fast only, not ${model}`
        : `--ratio ${quoted(typed)} is none of ${known.join(', ')}${didYouMean(typed, known)}`;
    if (!problems.includes(reason)) problems.push(reason);
    if (ratio !== 'auto') break;
  }
  return ratio;
}

function checkCallback(typed: string, problems: string[]): void {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    problems.push(`--callback-url ${quoted(typed)} is not an http(s) address`);
  }
}

function split(list: string): string[] {
  return list.split(',').map((word) => word.trim());
}

function quoted(word: string): string {
  return JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word);
}
