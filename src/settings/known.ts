import { invalid, noteProblem } from '../errors.ts';
import { parseTemplate } from '../image/template.ts';
import { didYouMean } from '../near-miss.ts';
import { parseRequests } from '../request/request.ts';
import { parseDuration } from '../task/duration.ts';
import { parseDollars } from '../task/money.ts';

/** The settings that the store may hold, each a text. `apiKey` is never shown whole. */
export interface Settings {
  apiKey?: string;
  model?: string;
  ratio?: string;
  dir?: string;
  output?: string;
  timeout?: string;
  maxCost?: string;
  baseUrl?: string;
  api?: string;
}

export type SettingName = keyof Settings;

interface Known {
  meaning: string;
  fallback: string;
  /** What is wrong with a value, in words that follow the setting's name; undefined where nothing is. */
  flaw(value: string): string | undefined;
}

const notEmpty = (value: string): string | undefined => (value.trim() === '' ? 'is empty' : undefined);

export const knownSettings: Readonly<Record<SettingName, Known>> = {
  apiKey: { meaning: 'the RunAPI key', fallback: '(none)', flaw: notEmpty },
  model: {
    meaning: 'the model of generate',
    fallback: 'imagen-4',
    flaw: (model) => requestFlaw({ model }),
  },
  ratio: {
    meaning: 'the ratio of generate',
    fallback: '(not sent)',
    flaw: (ratio) => requestFlaw({ model: 'imagen-4-fast', ratio }),
  },
  dir: { meaning: 'where pictures are saved', fallback: '.', flaw: notEmpty },
  output: {
    meaning: 'the name of a picture',
    fallback: '{prompt}-{task}.{ext}',
    flaw: templateFlaw,
  },
  timeout: {
    meaning: 'how long to wait',
    fallback: '15m',
    flaw: (value) => (parseDuration(value) ? undefined : `is no duration like 90s or 15m`),
  },
  maxCost: {
    meaning: 'the most that one call may cost, in US dollars',
    fallback: '(no limit)',
    flaw: (value) => (parseDollars(value) === undefined ? 'is no amount of dollars like 0.50' : undefined),
  },
  baseUrl: {
    meaning: "the service's address",
    fallback: 'https://runapi.ai',
    flaw: notEmpty,
  },
  api: {
    meaning: 'the form of the API',
    fallback: 'auto',
    flaw: (value) =>
      ['auto', 'guide', 'service'].includes(value) ? undefined : 'is none of auto, guide, service',
  },
};

/** `base-url`, `baseUrl` and `BASE_URL` name the same setting. Throws `validation` for an unknown one. */
export function settingName(typed: string): SettingName {
  const bare = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');
  const names = Object.keys(knownSettings) as SettingName[];
  const name = names.find((each) => bare(each) === bare(typed));
  if (name) return name;
  const shown = names.map(kebab);
  throw invalid(
    `there is no setting ${JSON.stringify(typed)}${didYouMean(typed, shown)}`,
    `Settings: ${shown.join(', ')}`,
  );
}

/** How a setting is written on the command line. */
export function kebab(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function templateFlaw(template: string): string | undefined {
  const problems: string[] = [];
  try {
    parseTemplate(template);
  } catch (error) {
    noteProblem(error, problems);
  }
  return problems[0]?.replace(/^--output:? /, 'is no name for a picture: ');
}

function requestFlaw(words: { model: string; ratio?: string }): string | undefined {
  const problems: string[] = [];
  parseRequests({ prompt: 'x', ...words }, problems);
  return problems[0]?.replace(/^--\S+ \S+ /, '');
}
