import { parseBaseUrl } from '../../api/base-url.ts';
import { keyFlaw, maskedKey } from '../../api-key.ts';
import type { Context } from '../../context.ts';
import { Failure, invalid, sentence } from '../../errors.ts';
import { kebab } from '../../request/sources.ts';
import { knownSettings, type SettingName, settingName, settingProblem } from '../../settings/known.ts';
import { writeSetting } from '../../settings/store.ts';
import { askSecret } from '../../terminal/ask-secret.ts';
import { printable } from '../../terminal/printable.ts';

/** Prints one setting as it is stored, or its default. */
export async function getSetting(context: Context, typed: string): Promise<number> {
  const name = settingName(typed);
  const { value, source } = await shown(context, name);
  await context.reporter.data({ name: kebab(name), value, source }, value ?? '');
  return 0;
}

/** Changes one setting. The key never stands on the command line: it is asked for, or read from stdin. */
export async function setSetting(
  context: Context,
  typed: string,
  value: string | undefined,
): Promise<number> {
  const name = settingName(typed);
  const text = name === 'apiKey' ? await readKey(context, value) : value;
  if (text === undefined)
    throw invalid(
      `${kebab(name)} needs a value`,
      `Like: ${context.command(`config set ${kebab(name)} VALUE`)}`,
    );
  const problem = settingProblem(name, text);
  if (problem) throw invalid(sentence(problem));
  if (name === 'baseUrl') parseBaseUrl(text, 'base-url');
  await writeSetting(context.world, name, text);
  context.reporter.note(`${kebab(name)} is set in ${context.stored.path}`);
  if (name === 'apiKey') context.reporter.next(context.command('generate "a mug"'), 'Try it');
  return 0;
}

/** Removes one setting; it is no failure where there was none. */
export async function unsetSetting(context: Context, typed: string): Promise<number> {
  const name = settingName(typed);
  await writeSetting(context.world, name, undefined);
  context.reporter.note(`${kebab(name)} is no longer set`);
  return 0;
}

/** Prints every setting with its value and source. Works with a broken file, and says what is wrong with it. */
export async function listSettings(context: Context): Promise<number> {
  const { problems } = await context.credentials();
  for (const problem of [...context.stored.problems, ...problems]) context.reporter.warn(problem);
  for (const name of Object.keys(knownSettings) as SettingName[]) {
    const { value, source } = await shown(context, name);
    await context.reporter.data(
      {
        name: kebab(name),
        value,
        source,
        meaning: knownSettings[name].meaning,
      },
      [kebab(name), value ?? emptyText(name, source), source].join('\t'),
    );
  }
  return 0;
}

function emptyText(name: SettingName, source: string): string {
  return source === 'the default' ? knownSettings[name].fallback : '(none)';
}

/** Prints where the settings are, whether the file exists or not. */
export async function settingsPath(context: Context): Promise<number> {
  const { path } = context.stored;
  if (path === undefined)
    throw invalid('there is no home folder to keep settings in', 'Set HOME or XDG_CONFIG_HOME');
  await context.reporter.data({ path }, path);
  return 0;
}

/** What counts now, and who says so. */
async function shown(context: Context, name: SettingName): Promise<{ value: string | null; source: string }> {
  const { stored } = context;
  if (name === 'apiKey') {
    const { key } = await context.credentials();
    return key?.apiKey
      ? { value: maskedKey(key.apiKey), source: key.source }
      : { value: null, source: 'the default' };
  }
  if (name === 'baseUrl') {
    return await context.address().then(({ base, source }) => ({ value: base, source }), unusable);
  }
  const kept = stored.settings[name];
  if (kept !== undefined) return { value: printable(kept), source: stored.path ?? 'file' };
  const { fallback } = knownSettings[name];
  return { value: fallback.startsWith('(') ? null : fallback, source: 'the default' };

  function unusable(error: unknown): { value: null; source: string } {
    if (!(error instanceof Failure)) throw error;
    context.reporter.warn(error.message);
    return { value: null, source: 'nowhere: it cannot be used' };
  }
}

async function readKey({ world, command }: Context, value: string | undefined): Promise<string> {
  if (value !== undefined && value !== '-') {
    throw invalid(
      'a key on the command line stays in the shell history and shows in ps: it was not stored',
      'Run config set api-key and paste it, or pipe it in. If the key was real, make a new one',
    );
  }
  const typed = world.stdin.isTerminal ? await ask() : (await world.stdin.readAll(10_000)).toString('utf8');
  const key = typed.trim();
  if (!key)
    throw invalid(
      'no key was given: nothing was changed',
      `Pipe it in: ${command('config set api-key')} < key.txt`,
    );
  const flaw = keyFlaw(key);
  if (flaw) throw invalid(`the key ${flaw}`);
  return key;

  async function ask(): Promise<string> {
    const answer = await askSecret('RunAPI key (it will not be shown): ', world.stdin, world.stderr);
    if (answer.interrupted) world.interrupt();
    return answer.typed;
  }
}
