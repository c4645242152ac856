import { isWebAddress } from '../api-key.ts';
import { isObject } from '../json.ts';

/** A chat provider of Hermes' settings that is RunAPI's. */
export interface Provider {
  name: string;
  /** Who it is, for lines that may go into a log: a free name can be anything, even a key pasted in the wrong place. */
  label: string;
  form: 'map' | 'list';
  baseUrl: string;
  /** As written, nothing put in for `${…}`: only what is used is looked up. */
  fields: Readonly<Record<string, unknown>>;
}

/**
 * RunAPI's providers in the settings of Hermes Agent 0.21, best first: those named `runapi` before those that only
 * have its host, the map form (`providers`) before the list form (`custom_providers`).
 * @param faults takes a line for each entry that is named `runapi` and can't be used, to follow the file's name.
 */
export function runapiProviders(
  settings: Readonly<Record<string, unknown>>,
  expand: (text: string) => string,
  faults: string[],
): Provider[] {
  const named: Provider[] = [];
  const hosted: Provider[] = [];
  for (const { form, key, fields } of entriesOf(settings, faults)) {
    const text = (field: string) => textIn(fields[field], expand);
    const name = text('name') ?? key ?? '';
    const isNamed = [name, key].some((each) => each !== undefined && isRunapi(each));
    if (isSwitchedOff(fields.enabled)) {
      if (isNamed) faults.push('has the provider runapi switched off (enabled: false)');
      continue;
    }
    const baseUrl = addressFields[form].map(text).find((url) => url !== undefined && isWebAddress(url));
    if (baseUrl === undefined) {
      if (isNamed) faults.push('has a provider runapi without a base_url like https://runapi.ai/v1');
      continue;
    }
    const provider = { name: name || 'without a name', form, baseUrl, fields };
    if (isNamed) named.push({ ...provider, label: 'provider runapi' });
    else if (isRunapiHost(baseUrl)) hosted.push({ ...provider, label: 'the provider at runapi.ai' });
  }
  return [...named, ...hosted];
}

/** Hermes looks for the URL in another order in each form. */
const addressFields = {
  map: ['api', 'url', 'base_url', 'baseUrl'],
  list: ['base_url', 'baseUrl', 'url', 'api'],
} as const;

interface Entry {
  form: 'map' | 'list';
  key: string | undefined;
  fields: Record<string, unknown>;
}

function entriesOf(settings: Readonly<Record<string, unknown>>, faults: string[]): Entry[] {
  const { providers, custom_providers: custom } = settings;
  const entries: Entry[] = [];
  for (const [key, fields] of isObject(providers) ? Object.entries(providers) : []) {
    if (isObject(fields)) entries.push({ form: 'map', key, fields });
  }
  for (const fields of Array.isArray(custom) ? custom : []) {
    if (isObject(fields)) entries.push({ form: 'list', key: undefined, fields });
  }
  if (isObject(custom)) {
    faults.push(
      'has custom_providers as a map, which Hermes ignores: it wants a list, or the map under providers',
    );
  }
  return entries;
}

/** The text of a field with its variables put in; undefined where there is none or a variable stayed unset. */
export function textIn(value: unknown, expand: (text: string) => string): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = expand(value).trim();
  return text === '' || text.includes('${') ? undefined : text;
}

function isSwitchedOff(enabled: unknown): boolean {
  return enabled === false || (typeof enabled === 'string' && enabled.trim().toLowerCase() === 'false');
}

/** Hermes compares names in lower case with spaces as `-`; `custom:` is how a chosen model refers to one. */
function isRunapi(name: string): boolean {
  return /^(?:custom:)?runapi$/.test(name.trim().toLowerCase().replaceAll(' ', '-'));
}

function isRunapiHost(baseUrl: string): boolean {
  return /(?:^|\.)runapi\.ai\.?$/.test(new URL(baseUrl).hostname);
}
