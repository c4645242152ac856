import { parseBaseUrl } from '../../api/base-url.ts';
import { maskedKey, readKey } from '../../api-key.ts';
import type { Context } from '../../context.ts';
import { Failure, invalid, sentence } from '../../errors.ts';
import { shownSetting } from '../../request/sources.ts';
import { knownSetting, knownSettings, type SettingName, settingName, settingProblem } from '../../settings/known.ts';
import { noHome, writeSetting } from '../../settings/store.ts';
import { askSecret } from '../../terminal/ask.ts';
import { table } from '../../terminal/columns.ts';
import { printable } from '../../terminal/printable.ts';

/** Prints one setting as it is stored, or its default. Returns 1 where there is neither, as git does. */
export async function getSetting(context: Context, typed: string): Promise<number> {
  const name = settingName(typed);
  const { value, source } = await effective(context, name);
  await context.reporter.data({ name: shownSetting(name), value, source }, value ?? '');
  if (value !== null) return 0;
  context.reporter.note(`${shownSetting(name)} is not set`);
  return 1;
}

/** Changes one setting. The key is never taken from the command line: it is asked for, or read from stdin. */
export async function setSetting(context: Context, typed: string, value: string | undefined): Promise<number> {
  const name = settingName(typed);
  const text = name === 'apiKey' ? await newKey(context, value) : value;
  if (text === undefined)
    throw invalid(
      `${shownSetting(name)} needs a value`,
      `For example: ${context.command(`config set ${shownSetting(name)} VALUE`)}`,
    );
  const problem = settingProblem(name, text);
  if (problem) throw invalid(sentence(problem));
  if (name === 'baseUrl') parseBaseUrl(text, 'base-url');
  await writeSetting(context.world, name, text);
  context.reporter.note(`${shownSetting(name)} is set in ${context.stored.path}`);
  if (name === 'apiKey') context.reporter.next(context.command('generate "a mug"'), 'Try it');
  return 0;
}

/** Removes one setting, if it is set. */
export async function unsetSetting(context: Context, typed: string): Promise<number> {
  const name = settingName(typed);
  await writeSetting(context.world, name, undefined);
  context.reporter.note(`${shownSetting(name)} is not set`);
  return 0;
}

/** Prints every setting with its value and source. Works with a broken file, and says what is wrong with it. */
export async function listSettings(context: Context): Promise<number> {
  const { reporter, stored, world } = context;
  const { problems } = await context.credentials();
  for (const problem of [...stored.problems, ...problems]) reporter.warn(problem);
  const ofModels = Object.keys(stored.settings).filter((name) => name.startsWith('models.'));
  const names = [...Object.keys(knownSettings), ...ofModels] as SettingName[];
  const found = await Promise.all(names.map((name) => effective(context, name)));
  const rows = found.map(({ value, source }, at) => [shownSetting(names[at] ?? 'api'), value ?? 'not set', source]);
  const lines = table(rows, world.stdout.columns());
  for (const [at, name] of names.entries()) {
    const meaning = knownSetting(name)?.meaning;
    await reporter.data({ name: shownSetting(name), ...found[at], meaning }, lines[at] ?? '');
  }
  return 0;
}

/** Prints the path of the settings file, whether it exists or not. */
export async function settingsPath(context: Context): Promise<number> {
  const { path } = context.stored;
  if (path === undefined) throw noHome();
  await context.reporter.data({ path }, path);
  return 0;
}

/** The value that counts now, and where it comes from. */
async function effective(context: Context, name: SettingName): Promise<{ value: string | null; source: string }> {
  const { stored } = context;
  if (name === 'apiKey') {
    const { key } = await context.credentials();
    return key?.apiKey ? { value: maskedKey(key.apiKey), source: key.source } : { value: null, source: 'the default' };
  }
  if (name === 'baseUrl') {
    return await context.address().then(({ base, source }) => ({ value: base, source }), invalidAddress);
  }
  const kept = stored.settings[name];
  if (kept !== undefined) return { value: printable(kept), source: stored.path ?? 'file' };
  const { fallback = '(not sent)' } = knownSetting(name) ?? {};
  return { value: fallback.startsWith('(') ? null : fallback, source: 'the default' };

  function invalidAddress(error: unknown): { value: null; source: string } {
    if (!(error instanceof Failure)) throw error;
    context.reporter.warn(error.message);
    return { value: null, source: 'invalid: see the warning' };
  }
}

async function newKey({ world, command }: Context, value: string | undefined): Promise<string> {
  if (value !== undefined && value !== '-') {
    throw invalid(
      'a key on the command line stays in the shell history and shows in ps: it was not stored',
      'Run config set api-key and paste it, or pipe it in. If the key was real, make a new one',
    );
  }
  const typed = world.stdin.isTerminal ? await ask() : (await world.stdin.readAll(10_000)).toString('utf8');
  const { key, problem } = readKey(typed.trim());
  if (problem) throw invalid(`the key ${problem}`);
  if (key === undefined)
    throw invalid('no key was given: nothing was changed', `Pipe it in: ${command('config set api-key')} < key.txt`);
  return key;

  async function ask(): Promise<string> {
    const answer = await askSecret('RunAPI key (it will not be shown): ', world.stdin, world.stderr);
    if (answer.interrupted) world.interrupt();
    return answer.typed;
  }
}
