import { type FoundKey, isWebAddress, oneLine, readKey } from '../api-key.ts';
import { joinPath, readForeign } from '../disk/surroundings.ts';
import { Failure } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Surroundings } from '../world.ts';
import type { StoredSettings } from './store.ts';

export interface Credentials {
  /** The first key found. */
  key: FoundKey | undefined;
  /** Problems in the places before it. */
  problems: string[];
}

/**
 * Finds the key: in the environment, the settings, RunAPI's own CLI, Hermes Agent. The first found wins and the other
 * places are not even opened. Throws nothing.
 */
export async function findKey(surroundings: Surroundings, stored: StoredSettings): Promise<Credentials> {
  const problems: string[] = [];
  for await (const found of sources(surroundings, stored)) {
    problems.push(...found.problems);
    if (found.apiKey !== undefined) return { key: found, problems };
  }
  return { key: undefined, problems };
}

/** Yields each place where a key may be, in order, read only when it is asked for. */
export async function* sources(surroundings: Surroundings, stored: StoredSettings): AsyncGenerator<FoundKey> {
  yield await asInHermes(surroundings, ownKey(surroundings.env.RUNAPI_API_KEY, 'RUNAPI_API_KEY'));
  yield ownKey(stored.settings.apiKey, `the settings (${stored.path})`);
  const cli = runapiCliKey(surroundings);
  if (cli) yield cli;
  const { hermesKey } = await import('../hermes/key.ts');
  const hermes = await hermesKey(surroundings);
  if (hermes) yield hermes;
}

/**
 * Adds the address to which Hermes Agent sends the same key. Asked only where HERMES_HOME says which Hermes started
 * this program: it passes on the key of its settings, but no address.
 */
async function asInHermes(surroundings: Surroundings, found: FoundKey): Promise<FoundKey> {
  if (found.apiKey === undefined || !surroundings.env.HERMES_HOME?.trim()) return found;
  const { hermesKey } = await import('../hermes/key.ts');
  const hermes = await hermesKey(surroundings);
  if (hermes?.apiKey !== found.apiKey) return found;
  return { ...found, baseUrl: hermes.baseUrl, source: `${found.source}, as in ${hermes.source}` };
}

function ownKey(text: string | undefined, source: string): FoundKey {
  const { key, problem } = readKey(text);
  return { apiKey: key, baseUrl: undefined, source, problems: problem ? [`the key in ${source} ${problem}`] : [] };
}

/**
 * Finds the key that RunAPI's own CLI keeps (`runapi-ai/cli`, September 2026), with its base URL. Returns undefined
 * where the CLI was never set up. Never throws: what is wrong with the file is in `problems`.
 */
export function runapiCliKey(surroundings: Surroundings): FoundKey | undefined {
  const path = cliConfigPath(surroundings);
  const { text, problem } = path === undefined ? {} : readForeign(surroundings, path);
  if (text === undefined && problem === undefined) return undefined;
  const source = oneLine(`RunAPI CLI (${path})`);
  const problems = problem === undefined ? [] : [problem];
  const config = text === undefined ? {} : objectIn(text);
  if (config === undefined) problems.push(`${path} does not hold a JSON object`);
  const { api_key: written = null, base_url = null } = config ?? {};
  if (written !== null && typeof written !== 'string') problems.push(`api_key in ${path} is not text`);
  const { key, problem: flaw } = readKey(typeof written === 'string' ? written : undefined);
  if (flaw && written) problems.push(`the key in ${path} ${flaw}`);
  const address = typeof base_url === 'string' ? base_url.trim() : '';
  const isAddress = isWebAddress(address);
  if (key !== undefined && !isAddress && base_url !== null && base_url !== '')
    problems.push(`base_url in ${path} is not an address such as https://runapi.ai and was ignored`);
  return { apiKey: key, baseUrl: key && isAddress ? address : undefined, source, problems: problems.map(oneLine) };
}

/** The path of the CLI's settings. An empty variable counts as unset, as in the CLI. */
function cliConfigPath(surroundings: Surroundings): string | undefined {
  const { RUNAPI_CONFIG_DIR, XDG_CONFIG_HOME } = surroundings.env;
  if (RUNAPI_CONFIG_DIR) return joinPath(surroundings, RUNAPI_CONFIG_DIR, 'config.json');
  if (XDG_CONFIG_HOME) return joinPath(surroundings, XDG_CONFIG_HOME, 'runapi', 'config.json');
  // Under ~/.config on Windows and macOS too.
  return surroundings.home && joinPath(surroundings, surroundings.home, '.config', 'runapi', 'config.json');
}

/** V8's message quotes the text around the error, and that may be the key: it is not told. */
function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where users get a key. */
export const keyPage = 'https://runapi.ai';

export function missingKey({ problems }: Credentials, calledAs = 'runapi-imagen'): Failure {
  const [problem] = problems;
  const ways = `set RUNAPI_API_KEY or run: ${calledAs} config set api-key (or try --sandbox, free of charge)`;
  return new Failure('authentication', problem ? `no usable key: ${problem}` : 'no RunAPI key found', {
    hint: `Get a key from the dashboard of your account at ${keyPage}, then ${ways}`,
  });
}
