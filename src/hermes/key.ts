import { type FoundKey, isWebAddress, oneLine, readKey } from '../api-key.ts';
import { joinPath, readForeign } from '../disk/surroundings.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Surroundings } from '../world.ts';
import { hermesPlace } from './home.ts';
import { readVariables, theShell, type Variables } from './variables.ts';

/** A chat provider of Hermes that is RunAPI. */
interface Provider {
  name: string;
  /** A name that is fit for a log: a provider's own can be anything, even a key pasted in the wrong place. */
  label: string;
  form: 'list' | 'map';
  baseUrl: string;
  /** As written, without variables filled in: only what is used is looked up. */
  fields: Readonly<Record<string, unknown>>;
}

/** The key and provider in Hermes Agent's settings, with the facts that `doctor` prints. */
export interface HermesKey extends FoundKey {
  home: string;
  /** Undefined for the default profile. */
  profile: string | undefined;
  /** The entry that the key comes from, or RunAPI's first where none has a key. */
  provider: Pick<Provider, 'name' | 'form' | 'baseUrl'> | undefined;
  /** Variables with one value in the shell, which wins here, and another in `.env`, which wins in Hermes. */
  differs: string[];
}

/**
 * Finds the key of the chat provider `custom:runapi` as Hermes Agent 0.21 has it set up; undefined where Hermes is not
 * set up at all. Never throws, runs nothing, writes nothing: what is wrong with Hermes' files is in `problems`.
 */
export async function hermesKey(surroundings: Surroundings): Promise<HermesKey | undefined> {
  const place = hermesPlace(surroundings);
  if (place === undefined) return undefined;
  const { home, profile, profileFile, problems } = place;
  const path = joinPath(surroundings, home, 'config.yaml');
  const config = readForeign(surroundings, path);
  if (config.problem !== undefined) problems.push(config.problem);
  else if (config.text === undefined && profileFile !== undefined)
    problems.push(`${path} does not exist, though ${profileFile} names that profile`);
  if (config.text === undefined && problems.length === 0) return undefined;
  const source = `Hermes Agent (${path})`;
  const none = { apiKey: undefined, baseUrl: undefined, source, problems: [], provider: undefined, differs: [] };
  const found = config.text === undefined ? none : await findIn(config.text, path, surroundings, home);
  // Names and paths are Hermes' or the user's: here they become fit to be shown.
  return {
    ...{ ...none, ...found, home, profile },
    source: oneLine(found.source ?? source),
    problems: [...problems, ...(found.problems ?? [])].map(oneLine),
    provider: found.provider && { ...found.provider, name: oneLine(found.provider.name) },
  };
}

/** The first provider with a key, and what was skipped there. The others are told only where none has one. */
async function findIn(
  text: string,
  path: string,
  surroundings: Surroundings,
  home: string,
): Promise<Partial<HermesKey>> {
  const envPath = joinPath(surroundings, home, '.env');
  const env = readForeign(surroundings, envPath);
  const unread = env.problem === undefined ? [] : [env.problem];
  const variables = readVariables(surroundings.env, env.text ?? '', envPath);

  const { parseYaml } = await import('../yaml.ts'); // weighs 46 kB
  const parsed = parseYaml(text, '1.1'); // as PyYAML does
  const settings = 'fault' in parsed ? undefined : parsed.value;
  const faults = 'fault' in parsed ? [parsed.fault] : [];
  if (faults.length === 0 && !isObject(settings)) faults.push('does not hold a map of settings');
  const providers = isObject(settings) ? runapiProviders(settings, variables, faults) : [];
  const problems = [...unread, ...faults.map((fault) => `${path} ${fault}`)];
  for (const provider of providers) {
    const { name, form, baseUrl } = provider;
    const where = `${provider.label} in ${path}`;
    const skipped: string[] = [];
    const key = providerKey(provider, variables, where, skipped);
    if (key) {
      const source = `Hermes Agent (${where}${key.variable === undefined ? '' : `, key from ${key.variable}`})`;
      const facts = { apiKey: key.apiKey, baseUrl, source, provider: { name, form, baseUrl } };
      return { ...facts, problems: [...unread, ...skipped], differs: variables.differing() };
    }
    problems.push(...skipped);
  }
  const [first] = providers;
  const provider = first && { name: first.name, form: first.form, baseUrl: first.baseUrl };
  return { provider, problems, differs: variables.differing() };
}

/**
 * Finds RunAPI in the settings of Hermes Agent 0.21, best first: providers named `runapi` before those that only have
 * its host, the list form (`custom_providers`) before the map form (`providers`).
 * @param faults gets what is wrong, a line each, to follow the file's name
 */
function runapiProviders(settings: JsonObject, variables: Variables, faults: string[]): Provider[] {
  const named: Provider[] = [];
  const hosted: Provider[] = [];
  for (const { form, key, fields } of entriesOf(settings, faults)) {
    const name = variables.textIn(fields.name) ?? key ?? '';
    const isNamed = isRunapi(name) || isRunapi(key ?? '');
    const addresses = addressFields[form].map((field) => variables.textIn(fields[field]));
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

/** Hermes looks for the URL in another order in each form. */
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

const usual = 'RUNAPI_API_KEY';
const notText = 'is not text: put it in quotes';

/**
 * Finds the key of one provider in the order of Hermes Agent 0.21: the key written there, the variable named there,
 * `RUNAPI_API_KEY`. A `key_cmd` replaces them all and is never run.
 * @param where names the provider and its file for people
 * @param problems gets what was skipped and why
 */
function providerKey(
  { fields, form }: Provider,
  variables: Variables,
  where: string,
  problems: string[],
): { apiKey: string; variable?: string } | undefined {
  const first = (...names: string[]): unknown => names.map((name) => fields[name]).find(isSet);
  const keyIn = (text: string, what?: string): string | undefined => {
    const { key, problem } = readKey(text.replace(/[^\p{ASCII}]/gu, '')); // as Hermes does
    if (problem && what) problems.push(`${what} ${problem}`);
    return key;
  };
  if (isSet(fields.key_cmd)) {
    const advice = 'set RUNAPI_API_KEY or run: runapi-imagen config set api-key';
    problems.push(`${where} gets its key from a command (key_cmd), which is not run: ${advice}`);
    return undefined;
  }
  const inline = first('api_key', 'apiKey');
  const isText = ['string', 'number', 'bigint'].includes(typeof inline);
  const text = isText ? variables.textIn(String(inline)) : undefined;
  const apiKey = text === undefined ? undefined : keyIn(text, `the key in api_key of ${where}`);
  if (apiKey !== undefined) return { apiKey };
  if (isSet(inline) && text === undefined)
    problems.push(`api_key of ${where} ${isText ? 'names a variable that is not set' : notText}`);

  // Hermes does not read api_key_env in the map form.
  const named = form === 'map' ? first('key_env', 'keyEnv') : first('key_env', 'api_key_env', 'keyEnv');
  const name = variables.textIn(named);
  if (isSet(named) && name === undefined)
    problems.push(`key_env of ${where} is not the name of a variable that is set`);
  for (const variable of new Set([name ?? usual, usual])) {
    const values = variables.valuesOf(variable);
    for (const { value, place } of values) {
      // That one is the first place where a key is looked for, and was told there.
      const isTold = variable === usual && place === theShell;
      const apiKey = keyIn(value, isTold ? undefined : `the key in ${variable} (${place})`);
      if (apiKey !== undefined) return { apiKey, variable: `${variable} in ${place}` };
    }
    if (values.length === 0 && variable === (name ?? usual)) problems.push(missingVariable(variable, variables, where));
  }
  return undefined;
}

/** People paste the key itself there. Only what cannot be one is repeated: capital letters and a short number. */
function missingVariable(name: string, variables: Variables, where: string): string {
  return /^(?=.{1,40}$)[A-Z]+(?:_[A-Z]+)*(?:_\d{1,2})?$/.test(name)
    ? `${name}, the variable that ${where} names, ${variables.whyNot(name)}`
    : `key_env of ${where} must be the name of a variable that is set, not the key itself`;
}

function isSet(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  return value !== undefined && value !== null && value !== false;
}
