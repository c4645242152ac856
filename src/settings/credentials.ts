import { type FoundKey, keyFlaw } from '../api-key.ts';
import type { Surroundings } from '../disk/surroundings.ts';
import { Failure } from '../errors.ts';
import type { StoredSettings } from './store.ts';

export interface Credentials {
  /** The first key found. */
  key: FoundKey | undefined;
  /** Everything that could not be read on the way to it. */
  problems: string[];
}

/**
 * Looks for the key: the environment, the conf store, RunAPI's own CLI, Hermes Agent; the first found wins and the
 * others are not even opened. Throws nothing.
 */
export async function findKey(surroundings: Surroundings, stored: StoredSettings): Promise<Credentials> {
  const problems: string[] = [];
  for await (const found of sources(surroundings, stored)) {
    problems.push(...found.problems);
    if (found.apiKey !== undefined) return { key: found, problems };
  }
  return { key: undefined, problems };
}

/** Each place where a key may be, in order, read only when it is asked for. */
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
 * The key of the environment with the address to which Hermes Agent sends the same one. Asked only where HERMES_HOME
 * says for which Hermes we work: what it starts has the key of its settings in the environment, and no address.
 */
async function asInHermes(surroundings: Surroundings, found: FoundKey): Promise<FoundKey> {
  if (found.apiKey === undefined || !surroundings.env.HERMES_HOME?.trim()) return found;
  const { hermesKey } = await import('../hermes/key.ts');
  const hermes = await hermesKey(surroundings);
  if (hermes?.apiKey !== found.apiKey) return found;
  return { ...found, baseUrl: hermes.baseUrl, source: `${found.source}, as in ${hermes.source}` };
}

function ownKey(text: string | undefined, source: string): FoundKey {
  const key = text?.trim();
  const flaw = key ? keyFlaw(key) : undefined;
  return {
    apiKey: key && !flaw ? key : undefined,
    baseUrl: undefined,
    source,
    problems: flaw ? [`the key in ${source} ${flaw}`] : [],
  };
}

export function missingKey({ problems }: Credentials, calledAs = 'runapi-imagen'): Failure {
  const [problem] = problems;
  return new Failure('authentication', problem ? `no usable key: ${problem}` : 'no RunAPI key found', {
    hint: `Set RUNAPI_API_KEY or run: ${calledAs} config set api-key (or try --sandbox, free of charge)`,
  });
}
