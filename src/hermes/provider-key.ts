import { keyFlaw } from '../api-key.ts';
import { type Provider, textIn } from './provider.ts';
import type { Variables } from './variables.ts';

/** A key and, where a variable held it, which and where; or why there is none, a line each. */
export type ProviderKey = { apiKey: string; variable: string | undefined } | { problems: string[] };

/**
 * The key of one provider, as Hermes Agent 0.21 finds it: in the map form the variable goes first, in the list form
 * the key written there; without either it is `RUNAPI_API_KEY`. A `key_cmd` replaces them all and is never run.
 * @param where names the provider and its file for people.
 */
export function providerKey(provider: Provider, variables: Variables, where: string): ProviderKey {
  const { fields } = provider;
  if (isSet(fields.key_cmd)) {
    const advice = 'set RUNAPI_API_KEY or run: runapi-imagen config set api-key';
    return {
      problems: [`${where} gets its key from a command (key_cmd), which is not run: ${advice}`],
    };
  }
  const inline = () => inlineKey(first(fields, ['api_key', 'apiKey']), variables, where);
  const named = () =>
    namedKey(first(fields, ['key_env', 'api_key_env', 'keyEnv', 'apiKeyEnv']), variables, where);
  const problems: string[] = [];
  let isGiven = false;
  for (const way of provider.form === 'map' ? [named, inline] : [inline, named]) {
    const { key, problem, isMissing } = way();
    if (key) return key;
    if (problem !== undefined) problems.push(problem);
    if (!isMissing) isGiven = true;
  }
  if (isGiven) return { problems };
  const { key, problem } = namedKey('RUNAPI_API_KEY', variables, where);
  return (
    key ?? {
      problems: problem === undefined ? problems : [...problems, problem],
    }
  );
}

interface Way {
  key?: { apiKey: string; variable: string | undefined };
  problem?: string;
  /** Nothing was given, or only a variable that is not set: Hermes goes on as if the field were not there. */
  isMissing?: boolean;
}

function inlineKey(value: unknown, variables: Variables, where: string): Way {
  if (!isSet(value)) return { isMissing: true };
  if (typeof value !== 'string') return { problem: `api_key of ${where} is not text: put it in quotes` };
  const apiKey = textIn(value, variables.expand);
  if (apiKey === undefined) {
    return {
      isMissing: true,
      problem: `api_key of ${where} names a variable that is set nowhere`,
    };
  }
  return judged(apiKey, undefined, `the key in api_key of ${where}`);
}

function namedKey(value: unknown, variables: Variables, where: string): Way {
  if (!isSet(value)) return { isMissing: true };
  if (typeof value !== 'string') return { problem: `key_env of ${where} is not the name of a variable` };
  const name = textIn(value, variables.expand);
  if (name === undefined) {
    return {
      isMissing: true,
      problem: `key_env of ${where} names a variable that is set nowhere`,
    };
  }
  const found = variables.find(name);
  if (found === undefined) {
    // People paste the key itself here. Only what can't be one is repeated.
    return looksLikeName.test(name)
      ? {
          problem: `${name}, the variable that ${where} names, ${variables.whyNot(name)}`,
        }
      : {
          problem: `key_env of ${where} must be the name of a variable that is set, not the key itself`,
        };
  }
  return judged(found.value, `${name} in ${found.place}`, `the key in ${name} (${found.place})`);
}

function judged(apiKey: string, variable: string | undefined, what: string): Way {
  if (/^\$\w+$/.test(apiKey) || apiKey.includes('${')) {
    return {
      problem: `${what} is the name of another variable: Hermes puts in only \${NAME} in config.yaml`,
    };
  }
  const flaw = keyFlaw(apiKey);
  return flaw === undefined ? { key: { apiKey, variable } } : { problem: `${what} ${flaw}` };
}

/** Words of capital letters, at most a short number at the end: `RUNAPI_API_KEY`, `MY_KEY_2`. */
const looksLikeName = /^(?=.{1,40}$)[A-Z]+(?:_[A-Z]+)*(?:_\d{1,2})?$/;

function first(fields: Readonly<Record<string, unknown>>, names: string[]): unknown {
  return names.map((name) => fields[name]).find(isSet);
}

function isSet(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  return value !== undefined && value !== null && value !== false;
}
