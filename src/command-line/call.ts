import type { Context, GlobalFlags } from '../context.ts';
import { problemsIn, tellAll } from '../errors.ts';
import type { Values } from './commander.ts';
import type { Declaration } from './declaration.ts';
import { helpOf, programName, versionText, wholeHelp } from './help.ts';
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
    const place = [programName, ...path];
    if (asksFor === 'help') return { text: helpOf(place, command, columns()) };
    const { readValues } = await import('./commander.ts'); // no help needs it, which saves 2 ms of its start
    const values = readValues(place, command, argv, problems);
    const act = (context: Context): Promise<number> => actOn(context, command, values, problems);
    if (values && command.ownsStdout?.(values.flags)) return { flags: { ...values.flags, json: false }, act };
    return { flags: values?.flags ?? usual, act };
  } catch (failure) {
    return { flags: usual, act: () => Promise.reject(failure) };
  }
}

/** Runs the command, or throws all that is wrong with the flags and their values at once. */
async function actOn(
  context: Context,
  command: Declaration,
  values: Values | undefined,
  problems: string[],
): Promise<number> {
  if (values && problems.length === 0 && command.run) {
    return await command.run(context, values.words, values.flags);
  }
  if (values)
    await command.check?.(context, values.words, values.flags).catch((error) => problems.push(...problemsIn(error)));
  throw tellAll(problems, { sends: command.sends === true });
}
