import type { FoundKey } from '../../api-key.ts';
import { maskedKey } from '../../api-key.ts';
import type { Context } from '../../context.ts';
import type { HermesKey } from '../../hermes/key.ts';
import { missingKey, sources } from '../../settings/credentials.ts';
import { broken, type Check, warning, well } from './check.ts';

/** Every place where a key may be, and what there is to say of it. */
export interface KeysFound {
  checks: Check[];
  used: FoundKey | undefined;
  hermes: HermesKey | undefined;
}

/** Looks into all of them, where `generate` stops at the first. No more of a key is told than its last characters. */
export async function findKeys({ world, stored }: Context): Promise<KeysFound> {
  const found: FoundKey[] = [];
  for await (const each of sources(world, stored)) {
    if (each.apiKey !== undefined) world.keepSecret(each.apiKey);
    found.push(each);
  }
  const used = found.find(({ apiKey }) => apiKey !== undefined);
  const hermes = found.find((each): each is HermesKey => 'differs' in each);
  const checks = [
    used ? well('key', `${shown(used)}, from ${used.source}`) : none(found),
    ...others(found, used),
    ...(hermes ? inHermes(hermes) : []),
  ];
  return { checks, used, hermes };
}

function shown({ apiKey = '' }: FoundKey): string {
  return maskedKey(apiKey);
}

function none(found: readonly FoundKey[]): Check {
  return broken('key', missingKey({ key: undefined, problems: found.flatMap(({ problems }) => problems) }));
}

function others(found: readonly FoundKey[], used: FoundKey | undefined): Check[] {
  // Without a key, the first problem is what `key` says already.
  const told = used ? [] : found.flatMap(({ problems }) => problems).slice(0, 1);
  return found.flatMap((each) => [
    ...each.problems
      .filter((problem) => !told.includes(problem))
      .map((problem) =>
        warning('key', problem, 'It is passed over: mend it if that is the key that you mean'),
      ),
    ...(used && each !== used && each.apiKey !== undefined ? [compared(each, used)] : []),
  ]);
}

function compared(other: FoundKey, used: FoundKey): Check {
  if (other.apiKey === used.apiKey) return well('key', `the same one is in ${other.source}`);
  return warning(
    'key',
    `another one, ${shown(other)}, is in ${other.source}: not used, ${used.source} comes first`,
    'Keep the one that is right',
  );
}

function inHermes({ home, profile, provider, differs, problems }: HermesKey): Check[] {
  const where = `Hermes Agent (${home}${profile === undefined ? '' : `, profile ${profile}`})`;
  const what = provider
    ? `provider ${provider.name} (${provider.form} form) at ${provider.baseUrl}`
    : 'no provider runapi in its config.yaml';
  return [
    provider || problems.length === 0
      ? well('hermes', `${where}: ${what}`)
      : warning('hermes', `${where}: its provider cannot be read`, 'Mend its config.yaml: `key` says where'),
    ...differs.map((name) =>
      warning(
        'hermes',
        `${name} is one thing in the shell and another in ${home}/.env: Hermes uses the .env, this program the shell`,
        `Make them the same, or unset ${name} in the shell`,
      ),
    ),
  ];
}
