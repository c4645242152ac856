import type { Context, GlobalFlags } from '../context.ts';
import { problemsIn, tellAll } from '../errors.ts';
import type { Values } from './commander.ts';
import type { Declaration } from './declaration.ts';
import { helpOf, versionText, wholeHelp } from './help.ts';
import { readCommandLine } from './read-command-line.ts';

/** What the arguments ask for: a text, or work that returns an exit code. */
export type Call = { text: string } | { flags: GlobalFlags; act(context: Context): Promise<number> };

export async function readCall(
  typed: readonly string[],
  commands: readonly Declaration[],
  columns: () => number,
): Promise<Call> {
  const usual = { json: typed.includes('--json'), color: !typed.includes('--no-color') };
  try {
    const { path, command, asksFor, argv, problems } = readCommandLine(typed, commands);
    if (asksFor === 'version') return { text: versionText };
    if (!command) return { text: wholeHelp(commands) };
    if (asksFor === 'help') return { text: helpOf(path, command, columns()) };
    const { readValues } = await import('./commander.ts'); // no help needs it, which saves 2 ms of its start
    const values = readValues(command, argv, problems);
    const flags = values?.flags ?? usual;
    return {
      flags: values && command.ownsStdout?.(flags) ? { ...flags, json: false } : flags,
      act: (context) => actOn(context, command, values, problems),
    };
  } catch (failure) {
    return { flags: usual, act: () => Promise.reject(failure) };
  }
}

/** Runs the command, or throws all that is wrong with the flags and their values at once. */
async function actOn(
  context: Context,
  { run, check, sends = false }: Declaration,
  values: Values | undefined,
  problems: string[],
): Promise<number> {
  if (values && problems.length === 0 && run) return await run(context, values.words, values.flags);
  if (values) await check?.(context, values.words, values.flags).catch((error) => problems.push(...problemsIn(error)));
  throw tellAll(problems, { sends });
}
