import { looksLikeKey, maskedKey } from '../api-key.ts';
import { invalid, sentence } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import { isImagen, isModelName, ratioNamed, ratioReason } from '../request/models.ts';
import { changes, quoted } from '../request/parse-fields.ts';
import { defaultReason } from '../request/request.ts';
import { kebab, shownSetting } from '../request/sources.ts';
import { folderName, outputName } from '../request/target.ts';
import { timeout } from '../request/wishes.ts';
import { parseDollars } from '../task/money.ts';

type OwnName = 'apiKey' | 'model' | 'ratio' | 'dir' | 'output' | 'timeout' | 'maxCost' | 'baseUrl' | 'api';
/** `models.NAME.ratio` and the like count for pictures of that model alone. */
export type SettingName = OwnName | `models.${string}`;

/** The settings that the store may hold, each a text. `apiKey` is never shown whole. */
export type Settings = { [Name in SettingName]?: string };

interface Known {
  meaning: string;
  fallback: string;
  /** Returns why a text cannot be its value. */
  reason?(value: string): string | undefined;
}

export const knownSettings: Readonly<Record<OwnName, Known>> = {
  apiKey: { meaning: 'the RunAPI key', fallback: '(none)' },
  model: { meaning: 'the model of generate', fallback: 'imagen-4', reason: (value) => defaultReason('model', value) },
  ratio: {
    meaning: 'the ratio of generate',
    fallback: '(not sent)',
    reason: (value) => defaultReason('aspectRatio', value),
  },
  dir: {
    meaning: 'where pictures are saved',
    fallback: '.',
    reason: (value) => folderName.safeParse(value).error?.issues[0]?.message,
  },
  output: {
    meaning: 'the name of a picture',
    fallback: '{prompt}-{task}.{ext}',
    reason: (value) => outputName.safeParse(value).error?.issues[0]?.message,
  },
  timeout: {
    meaning: 'how long to wait',
    fallback: '15m',
    reason: (value) => timeout.safeParse(value).error?.issues[0]?.message,
  },
  maxCost: {
    meaning: 'the most that one call may cost, in US dollars',
    fallback: '(no limit)',
    reason: (value) => (parseDollars(value) === undefined ? 'use an amount of US dollars such as 0.50' : undefined),
  },
  baseUrl: { meaning: "the service's address", fallback: 'https://runapi.ai' },
  api: {
    meaning: 'the form of the API',
    fallback: 'auto',
    reason: (value) => (['auto', 'guide', 'service'].includes(value) ? undefined : 'use auto, guide or service'),
  },
};

/** The fields of a request that a model may have settings of. */
const ofModel = /^models\.(.+)\.(ratio|negative|resolution|format|quality)$/;

/** Describes a setting; undefined for one of a later version. */
export function knownSetting(name: string): Known | undefined {
  if (Object.hasOwn(knownSettings, name)) return knownSettings[name as OwnName];
  const [, model = '', field] = ofModel.exec(name) ?? [];
  if (field === undefined || !isModelName(model)) return undefined;
  const reason = (value: string): string | undefined =>
    field === 'ratio' && isImagen(model) ? ratioReason(ratioNamed(value), model) : undefined;
  return { meaning: `the ${field} of ${model}`, fallback: '(not sent)', reason };
}

/** Returns the problem with the value of a setting; undefined where it is valid. */
export function settingProblem(name: SettingName, value: unknown, shown = shownSetting(name)): string | undefined {
  if (typeof value !== 'string') return `${shown} is not text`;
  if (value.trim() === '') return `${shown} is empty`;
  const reason = knownSetting(name)?.reason?.(value);
  return reason && `Invalid ${shown} ${quoted(looksLikeKey(value) ? maskedKey(value) : value)}: ${reason}`;
}

/** The same of a value that is stored, with the command that changes it. */
export function storedProblem(name: SettingName, value: unknown): string | undefined {
  const shown = shownSetting(name);
  const problem = settingProblem(name, value, `setting ${shown}`);
  return problem && `${sentence(problem)} ${changes([`config set ${shown}`])}`;
}

/** `base-url`, `baseUrl` and `BASE_URL` name the same setting. Throws `validation` for an unknown one. */
export function settingName(typed: string): SettingName {
  const bare = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');
  const names = Object.keys(knownSettings) as OwnName[];
  if (ofModel.test(typed) && knownSetting(typed)) return typed as SettingName;
  const name = names.find((each) => bare(each) === bare(typed));
  if (name) return name;
  const shown = names.map(kebab);
  throw invalid(
    `unknown setting ${JSON.stringify(typed)}${didYouMean(typed, shown)}`,
    `Settings: ${shown.join(', ')}, and models.NAME.ratio for one model`,
  );
}

/** Returns the names as the command line writes them. */
export function settingNames(): string[] {
  return (Object.keys(knownSettings) as SettingName[]).map(kebab);
}
