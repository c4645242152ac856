import { isWebAddress } from '../api-key.ts';
import { isObject, type JsonObject } from '../json.ts';
import { parseYaml } from '../yaml.ts';
import type { Variables } from './variables.ts';

/** A chat provider of Hermes that is RunAPI. */
export interface Provider {
  name: string;
  /** A name that is fit for a log: a provider's own can be anything, even a key pasted in the wrong place. */
  label: string;
  form: 'list' | 'map';
  baseUrl: string;
  /** As written, without variables filled in: only what is used is looked up. */
  fields: Readonly<Record<string, unknown>>;
}

/**
 * Finds RunAPI in `config.yaml` of Hermes Agent 0.21, best first: providers named `runapi` before those that only have
 * its host, the list form (`custom_providers`) before the map form (`providers`). Import this file only where there is
 * something to parse.
 * @param faults gets what is wrong, a line each, to follow the file's name
 */
export function runapiProviders(text: string, variables: Variables, faults: string[]): Provider[] {
  // Hermes' own parser reads YAML 1.1.
  const parsed = parseYaml(text, '1.1');
  const settings = 'fault' in parsed ? undefined : parsed.value;
  if (!isObject(settings)) {
    faults.push('fault' in parsed ? parsed.fault : 'does not hold a map of settings');
    return [];
  }
  const named: Provider[] = [];
  const hosted: Provider[] = [];
  for (const { form, key, fields } of entriesOf(settings, faults)) {
    const name = variables.textIn(fields.name) ?? key ?? '';
    const isNamed = [name, key].some((each) => each !== undefined && isRunapi(each));
    if (/^\s*false\s*$/i.test(String(fields.enabled))) {
      if (isNamed) faults.push('has the provider runapi switched off (enabled: false)');
      continue;
    }
    const addresses = addressFields[form].map((field) => variables.textIn(fields[field]));
    const baseUrl = addresses.find((url) => url !== undefined && isWebAddress(url));
    if (baseUrl === undefined) {
      if (isNamed) faults.push('has a provider runapi without a base_url such as https://runapi.ai/v1');
      continue;
    }
    const provider = { name: name || 'without a name', form, baseUrl, fields };
    if (isNamed) named.push({ ...provider, label: 'provider runapi' });
    else if (isRunapiHost(baseUrl)) hosted.push({ ...provider, label: 'the provider at runapi.ai' });
  }
  return [...named, ...hosted];
}

/** Hermes looks for the URL in a different order in each form. */
const addressFields = {
  list: ['base_url', 'baseUrl', 'url', 'api'],
  map: ['api', 'url', 'base_url', 'baseUrl'],
} as const;

interface Entry {
  form: 'list' | 'map';
  key?: string;
  fields: JsonObject;
}

function entriesOf({ providers, custom_providers: custom }: JsonObject, faults: string[]): Entry[] {
  const entries: Entry[] = [];
  for (const fields of Array.isArray(custom) ? custom : []) {
    if (isObject(fields)) entries.push({ form: 'list', fields });
  }
  for (const [key, fields] of isObject(providers) ? Object.entries(providers) : []) {
    if (isObject(fields)) entries.push({ form: 'map', key, fields });
  }
  if (isObject(custom))
    faults.push('has custom_providers as a map, which Hermes ignores: use a list, or a map named providers');
  return entries;
}

/** Hermes compares names in lower case with spaces as `-`; `custom:` is how a chosen model refers to one. */
function isRunapi(name: string): boolean {
  return /^(?:custom:)?runapi$/.test(name.trim().toLowerCase().replaceAll(' ', '-'));
}

function isRunapiHost(baseUrl: string): boolean {
  return /(?:^|\.)runapi\.ai\.?$/.test(new URL(baseUrl).hostname);
}
