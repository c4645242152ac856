import { isWebAddress } from '../api-key.ts';
import { isObject, type JsonObject } from '../json.ts';
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
 * Finds RunAPI in the settings of Hermes Agent 0.21, best first: providers named `runapi` before those that only have
 * its host, the list form (`custom_providers`) before the map form (`providers`).
 * @param faults gets what is wrong, a line each, to follow the file's name
 */
export function runapiProviders(settings: JsonObject, variables: Variables, faults: string[]): Provider[] {
  const named: Provider[] = [];
  const hosted: Provider[] = [];
  for (const { form, key, fields } of entriesOf(settings, faults)) {
    const name = variables.textIn(fields.name) ?? key ?? '';
    const isNamed = isRunapi(name) || isRunapi(key ?? '');
    const addresses = ['base_url', 'baseUrl', 'url', 'api'].map((field) => variables.textIn(fields[field]));
    const baseUrl = addresses.find((url) => url !== undefined && isWebAddress(url));
    if (/^\s*false\s*$/i.test(String(fields.enabled))) {
      if (isNamed) faults.push('has the provider runapi switched off (enabled: false)');
    } else if (baseUrl === undefined) {
      if (isNamed) faults.push('has a provider runapi without a base_url such as https://runapi.ai/v1');
    } else if (isNamed) {
      named.push({ name, label: 'provider runapi', form, baseUrl, fields });
    } else if (/(?:^|\.)runapi\.ai\.?$/.test(new URL(baseUrl).hostname)) {
      hosted.push({ name: name || 'without a name', label: 'the provider at runapi.ai', form, baseUrl, fields });
    }
  }
  return [...named, ...hosted];
}

interface Entry {
  form: 'list' | 'map';
  key?: string;
  fields: JsonObject;
}

function entriesOf({ providers, custom_providers: custom }: JsonObject, faults: string[]): Entry[] {
  const list = Array.isArray(custom) ? custom : [];
  const map = isObject(providers) ? Object.entries(providers) : [];
  if (isObject(custom))
    faults.push('has custom_providers as a map, which Hermes ignores: use a list, or a map named providers');
  return [
    ...list.flatMap((fields) => (isObject(fields) ? { form: 'list' as const, fields } : [])),
    ...map.flatMap(([key, fields]) => (isObject(fields) ? { form: 'map' as const, key, fields } : [])),
  ];
}

/** Hermes compares names in lower case with spaces as `-`; `custom:` is how a chosen model refers to one. */
function isRunapi(name: string): boolean {
  return /^(?:custom:)?runapi$/.test(name.trim().toLowerCase().replaceAll(' ', '-'));
}
