import { type FoundKey, oneLine } from '../api-key.ts';
import { joinPath, readForeign, type Surroundings } from '../disk/surroundings.ts';
import { parseEnvFile } from './env-file.ts';
import { hermesPlace } from './home.ts';
import { type Provider, runapiProviders } from './provider.ts';
import { providerKey } from './provider-key.ts';
import { type Variables, variablesOf } from './variables.ts';

/** What Hermes Agent's settings had to say, with what `doctor` tells of them. */
export interface HermesKey extends FoundKey {
  home: string;
  /** Undefined for the default profile. */
  profile: string | undefined;
  /** The entry that the key comes from, or the first of RunAPI's where none has a key. */
  provider: Pick<Provider, 'name' | 'form' | 'baseUrl'> | undefined;
  /** Variables set to one value in the shell, which wins here, and to another in `.env`, which wins in Hermes. */
  differs: string[];
}

/**
 * The key of the chat provider `custom:runapi` as Hermes Agent 0.21 has it set up; undefined where Hermes is not set
 * up at all. Never throws, runs nothing, writes nothing: what is wrong with Hermes' files is in `problems`.
 */
export async function hermesKey(surroundings: Surroundings): Promise<HermesKey | undefined> {
  const place = hermesPlace(surroundings);
  if (place === undefined) return undefined;
  const path = joinPath(surroundings, place.home, 'config.yaml');
  const config = await readConfig(surroundings, path, place.profileFile);
  const found: HermesKey = {
    apiKey: undefined,
    baseUrl: undefined,
    source: `Hermes Agent (${path})`,
    problems: [...place.problems, ...config.problems],
    home: place.home,
    profile: place.profile,
    provider: undefined,
    differs: [],
  };
  if (config.settings === undefined) return found.problems.length === 0 ? undefined : tidy(found);

  const envPath = joinPath(surroundings, place.home, '.env');
  const env = readForeign(surroundings, envPath);
  if (env.problem !== undefined) found.problems.push(env.problem);
  const variables = variablesOf(surroundings.env, parseEnvFile(env.text ?? ''), envPath);
  const key = firstKey(config.settings, variables, path);
  return tidy({
    ...found,
    ...key,
    problems: [...found.problems, ...key.problems],
    differs: variables.differing(),
  });
}

interface Config {
  settings?: Record<string, unknown>;
  problems: string[];
}

async function readConfig(
  surroundings: Surroundings,
  path: string,
  profileFile: string | undefined,
): Promise<Config> {
  const { text, problem } = readForeign(surroundings, path);
  if (problem !== undefined) return { problems: [problem] };
  if (text === undefined) {
    return {
      problems: profileFile ? [`${path} does not exist, though ${profileFile} names that profile`] : [],
    };
  }
  // Not import('yaml'): bundled, a CommonJS package that is imported so has no named exports.
  const { parseConfig } = await import('./config-file.ts');
  const parsed = parseConfig(text);
  return 'fault' in parsed ? { problems: [`${path} ${parsed.fault}`] } : { ...parsed, problems: [] };
}

/** The first provider that has a key. What is wrong with the others is told only where none has. */
function firstKey(settings: Record<string, unknown>, variables: Variables, path: string) {
  const faults: string[] = [];
  const providers = runapiProviders(settings, variables.expand, faults);
  const problems = faults.map((fault) => `${path} ${fault}`);
  for (const provider of providers) {
    const where = `${provider.label} in ${path}`;
    const key = providerKey(provider, variables, where);
    if ('problems' in key) {
      problems.push(...key.problems);
      continue;
    }
    const source = `Hermes Agent (${where}${key.variable === undefined ? '' : `, key from ${key.variable}`})`;
    return {
      apiKey: key.apiKey,
      baseUrl: provider.baseUrl,
      source,
      provider,
      problems: [],
    };
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
    provider: provider && {
      name: oneLine(provider.name),
      form: provider.form,
      baseUrl: provider.baseUrl,
    },
  };
}
