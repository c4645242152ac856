import { type FoundKey, oneLine, readKey } from '../api-key.ts';
import { joinPath, readForeign } from '../disk/surroundings.ts';
import type { Surroundings } from '../world.ts';
import type { Provider } from './config.ts';
import { hermesPlace } from './home.ts';
import { readVariables, theShell, type Variables } from './variables.ts';

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
  const source = `Hermes Agent (${path})`;
  const none = { apiKey: undefined, baseUrl: undefined, source, home, profile, provider: undefined };
  if (config.text === undefined) return problems.length === 0 ? undefined : tidy({ ...none, problems, differs: [] });

  const envPath = joinPath(surroundings, home, '.env');
  const env = readForeign(surroundings, envPath);
  if (env.problem !== undefined) problems.push(env.problem);
  const variables = readVariables(surroundings.env, env.text ?? '', envPath);
  const faults: string[] = [];
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

/**
 * Finds the key of one provider.
 * @param where names the provider and its file for people
 * @param problems gets what was skipped and why
 */
function providerKey(
  provider: Provider,
  variables: Variables,
  where: string,
  problems: string[],
): { apiKey: string; variable: string | undefined } | undefined {
  for (const { text, variable, what } of candidates(provider, variables, where, problems)) {
    const { key, problem } = readKey(text.replace(/[^\p{ASCII}]/gu, '')); // as Hermes does
    if (key !== undefined) return { apiKey: key, variable };
    if (problem && what) problems.push(`${what} ${problem}`);
  }
  return undefined;
}

interface Candidate {
  text: string;
  /** Which variable holds it, and where. */
  variable?: string;
  /** Its name in a problem; undefined where the problem was reported before. */
  what?: string | undefined;
}

/**
 * Yields what may be the key, in the order of Hermes Agent 0.21: the key written there, the variable named there,
 * `RUNAPI_API_KEY`. A `key_cmd` replaces them all and is never run.
 */
function* candidates(
  { fields, form }: Provider,
  variables: Variables,
  where: string,
  problems: string[],
): Generator<Candidate> {
  const first = (names: readonly string[]): unknown => names.map((name) => fields[name]).find(isSet);
  if (isSet(fields.key_cmd)) {
    const advice = 'set RUNAPI_API_KEY or run: runapi-imagen config set api-key';
    problems.push(`${where} gets its key from a command (key_cmd), which is not run: ${advice}`);
    return;
  }
  const inline = first(['api_key', 'apiKey']);
  const isText = ['string', 'number', 'bigint'].includes(typeof inline);
  const text = isText ? variables.textIn(String(inline)) : undefined;
  if (text !== undefined) yield { text, what: `the key in api_key of ${where}` };
  else if (isSet(inline)) problems.push(`api_key of ${where} ${isText ? 'names a variable that is not set' : notText}`);

  if (form === 'map' && isSet(fields.api_key_env))
    problems.push(`api_key_env of ${where} is ignored by Hermes there: use key_env`);
  const named = first(keyVariableFields[form]);
  const name = variables.textIn(named);
  if (isSet(named) && name === undefined)
    problems.push(`key_env of ${where} is not the name of a variable that is set`);
  for (const each of new Set([name ?? usual, usual])) {
    const values = variables.valuesOf(each);
    for (const { value, place } of values) {
      // That one is the first place where a key is looked for, and was told there.
      const isTold = each === usual && place === theShell;
      const what = isTold ? undefined : `the key in ${each} (${place})`;
      yield { text: value, variable: `${each} in ${place}`, what };
    }
    if (values.length === 0 && each === (name ?? usual)) problems.push(missingVariable(each, variables, where));
  }
}

const usual = 'RUNAPI_API_KEY';
const notText = 'is not text: put it in quotes';
const keyVariableFields = { list: ['key_env', 'api_key_env', 'keyEnv', 'apiKeyEnv'], map: ['key_env', 'keyEnv'] };

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
