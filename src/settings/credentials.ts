import { type FoundKey, readKey } from '../api-key.ts';
import { Failure } from '../errors.ts';
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
  const { runapiCliKey } = await import('./runapi-cli.ts');
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

/** Where users get a key. */
export const keyPage = 'https://runapi.ai';

export function missingKey({ problems }: Credentials, calledAs = 'runapi-imagen'): Failure {
  const [problem] = problems;
  const ways = `set RUNAPI_API_KEY or run: ${calledAs} config set api-key (or try --sandbox, free of charge)`;
  return new Failure('authentication', problem ? `no usable key: ${problem}` : 'no RunAPI key found', {
    hint: `Get a key from the dashboard of your account at ${keyPage}, then ${ways}`,
  });
}
