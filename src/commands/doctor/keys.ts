import { type FoundKey, maskedKey } from '../../api-key.ts';
import type { Context } from '../../context.ts';
import type { HermesKey } from '../../hermes/key.ts';
import { missingKey, sources } from '../../settings/credentials.ts';
import { broken, type Check, ok, warning } from './check.ts';

/** The checks of all places where a key may be. */
interface KeysFound {
  checks: Check[];
  used: FoundKey | undefined;
  hermes: HermesKey | undefined;
}

/** Reads every place, where `generate` stops at the first key. Prints only the end of each key. */
export async function findKeys({ world, stored }: Context): Promise<KeysFound> {
  const found: FoundKey[] = [];
  for await (const each of sources(world, stored)) {
    if (each.apiKey !== undefined) world.keepSecret(each.apiKey);
    found.push(each);
  }
  const used = found.find(({ apiKey }) => apiKey !== undefined);
  const hermes = found.find((each): each is HermesKey => 'differs' in each);
  const problems = found.flatMap((each) => each.problems);
  const checks = [
    used
      ? ok('key', `${maskedKey(used.apiKey ?? '')}, from ${used.source}`)
      : broken('key', missingKey({ key: undefined, problems }, world.calledAs)),
    // Without a key, the first problem is part of the error.
    ...problems
      .filter((problem) => used || problem !== problems[0])
      .map((problem) => warning('key', problem, 'It is skipped: fix it if that is the key you want')),
    ...found.flatMap((each) => (used && each !== used && each.apiKey ? [compared(each, used)] : [])),
    ...(hermes ? inHermes(hermes) : []),
  ];
  return { checks, used, hermes };
}

function compared({ apiKey, source }: FoundKey, used: FoundKey): Check {
  if (apiKey === used.apiKey) return ok('key', `the same key is in ${source}`);
  const told = `another key, ${maskedKey(apiKey ?? '')}, is in ${source}: not used, ${used.source} comes first`;
  return warning('key', told, 'Keep the one that is right');
}

function inHermes({ home, profile, provider, differs, problems }: HermesKey): Check[] {
  const where = `Hermes Agent (${home}${profile === undefined ? '' : `, profile ${profile}`})`;
  const what = provider
    ? `provider ${provider.name} (${provider.form} form) at ${provider.baseUrl}`
    : 'no provider runapi in its config.yaml';
  return [
    provider || problems.length === 0
      ? ok('hermes', `${where}: ${what}`)
      : warning('hermes', `${where}: its provider cannot be read`, 'See the warning about the key above'),
    ...differs.map((name) =>
      warning(
        'hermes',
        `${name} has one value in the shell and another in ${home}/.env: Hermes uses .env, this program the shell`,
        `Set both to the same value, or unset ${name} in the shell`,
      ),
    ),
  ];
}
