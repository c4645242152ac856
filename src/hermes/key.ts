import { type FoundKey, oneLine, readKey } from '../api-key.ts';
import { joinPath, readForeign, type Surroundings } from '../disk/surroundings.ts';
import type { Provider } from './config.ts';
import { hermesPlace } from './home.ts';
import { readVariables, theShell, type Variables } from './variables.ts';

/** What Hermes Agent's settings hold, with what `doctor` tells of them. */
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
  const source = `Hermes Agent (${path})`;
  const none = { apiKey: undefined, baseUrl: undefined, source, home, profile, provider: undefined };
  if (config.text === undefined)
    return problems.length === 0 ? undefined : tidy({ ...none, problems, differs: [] });

  const envPath = joinPath(surroundings, home, '.env');
  const env = readForeign(surroundings, envPath);
  if (env.problem !== undefined) problems.push(env.problem);
  const variables = readVariables(surroundings.env, env.text ?? '', envPath);
  const faults: string[] = [];
  // Not import('yaml'): bundled, a CommonJS package that is imported so has no named exports.
  const { runapiProviders } = await import('./config.ts');
  const providers = runapiProviders(config.text, variables, faults);
  const found = firstKey(providers, variables, path, faults);
  return tidy({
    ...none,
    ...found,
    problems: [...problems, ...(found.problems ?? [])],
    differs: variables.differing(),
  });
}

/** The first provider with a key, and what was skipped there. The others are told only where none has one. */
function firstKey(
  providers: readonly Provider[],
  variables: Variables,
  path: string,
  faults: readonly string[],
): Partial<HermesKey> {
  const problems = faults.map((fault) => `${path} ${fault}`);
  for (const provider of providers) {
    const where = `${provider.label} in ${path}`;
    const skipped: string[] = [];
    const key = providerKey(provider, variables, where, skipped);
    if (key) {
      const source = `Hermes Agent (${where}${key.variable === undefined ? '' : `, key from ${key.variable}`})`;
      return { apiKey: key.apiKey, baseUrl: provider.baseUrl, source, provider, problems: skipped };
    }
    problems.push(...skipped);
  }
  return { provider: providers[0], problems };
}

/** Names and paths are Hermes' or the user's: here they become fit to be shown. */
function tidy(found: HermesKey): HermesKey {
  const { provider } = found;
  return {
    ...found,
    source: oneLine(found.source),
    problems: found.problems.map(oneLine),
    provider: provider && { name: oneLine(provider.name), form: provider.form, baseUrl: provider.baseUrl },
  };
}

/** A key and, where a variable held it, which and where. */
interface ProviderKey {
  apiKey: string;
  variable: string | undefined;
}

/**
 * Finds the key of one provider as Hermes Agent 0.21 does: the key written there, then the variable named there; without
 * either, `RUNAPI_API_KEY`. A `key_cmd` replaces them all and is never run.
 * @param where names the provider and its file for people
 * @param problems gets what was skipped and why
 */
function providerKey(
  { fields, form }: Provider,
  variables: Variables,
  where: string,
  problems: string[],
): ProviderKey | undefined {
  if (isSet(fields.key_cmd)) {
    const advice = 'set RUNAPI_API_KEY or run: runapi-imagen config set api-key';
    problems.push(`${where} gets its key from a command (key_cmd), which is not run: ${advice}`);
    return undefined;
  }
  const first = (names: string[]): unknown => names.map((name) => fields[name]).find(isSet);
  if (form === 'map' && isSet(fields.api_key_env))
    problems.push(`api_key_env of ${where} is ignored by Hermes there: use key_env`);
  const ways = [
    () => inlineKey(first(['api_key', 'apiKey']), variables, where, problems),
    () => namedKey(first(keyVariableFields[form]), variables, where, problems),
  ];
  let isGiven = false;
  for (const way of ways) {
    const found = way();
    if (typeof found === 'object') return found;
    isGiven ||= found === 'unusable';
  }
  const usual = isGiven ? 'unusable' : namedKey('RUNAPI_API_KEY', variables, where, problems);
  return typeof usual === 'object' ? usual : undefined;
}

const keyVariableFields = {
  list: ['key_env', 'api_key_env', 'keyEnv', 'apiKeyEnv'],
  map: ['key_env', 'keyEnv'],
};

/** `missing`: Hermes goes on as if the field were not there. */
type Found = ProviderKey | 'missing' | 'unusable';

function inlineKey(value: unknown, variables: Variables, where: string, problems: string[]): Found {
  if (!isSet(value)) return 'missing';
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (typeof value !== 'string' && !isNumber) {
    problems.push(`api_key of ${where} is not text: put it in quotes`);
    return 'unusable';
  }
  const text = variables.textIn(String(value));
  if (text === undefined) {
    problems.push(`api_key of ${where} names a variable that is not set`);
    return 'missing';
  }
  return usable(text, undefined, `the key in api_key of ${where}`, problems);
}

function namedKey(value: unknown, variables: Variables, where: string, problems: string[]): Found {
  if (!isSet(value)) return 'missing';
  const name = variables.textIn(value);
  if (typeof value !== 'string') {
    problems.push(`key_env of ${where} is not the name of a variable`);
    return 'unusable';
  }
  if (name === undefined) {
    problems.push(`key_env of ${where} names a variable that is not set`);
    return 'missing';
  }
  const values = variables.valuesOf(name);
  for (const { value: text, place } of values) {
    // RUNAPI_API_KEY of the shell is the first place where a key is looked for, and was told there.
    const told = name === 'RUNAPI_API_KEY' && place === theShell ? [] : problems;
    const found = usable(text, `${name} in ${place}`, `the key in ${name} (${place})`, told);
    if (typeof found === 'object') return found;
  }
  if (values.length > 0) return 'unusable';
  // People paste the key itself here. Only what cannot be one is repeated.
  problems.push(
    looksLikeName.test(name)
      ? `${name}, the variable that ${where} names, ${variables.whyNot(name)}`
      : `key_env of ${where} must be the name of a variable that is set, not the key itself`,
  );
  return 'unusable';
}

/** Hermes removes what is not ASCII from a key. */
function usable(text: string, variable: string | undefined, what: string, problems: string[]): Found {
  const { key, problem, isMissing } = readKey(text.replace(/[^\p{ASCII}]/gu, ''));
  if (key !== undefined) return { apiKey: key, variable };
  if (problem) problems.push(`${what} ${problem}`);
  return isMissing ? 'missing' : 'unusable';
}

/** Words of capital letters, with at most a short number at the end: `RUNAPI_API_KEY`, `MY_KEY_2`. */
const looksLikeName = /^(?=.{1,40}$)[A-Z]+(?:_[A-Z]+)*(?:_\d{1,2})?$/;

function isSet(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  return value !== undefined && value !== null && value !== false;
}
