import type { Context } from '../../context.ts';
import { invalid } from '../../errors.ts';
import { didYouMean } from '../../near-miss.ts';
import { scripts } from './scripts.ts';

/** Prints the script that makes a shell complete the program's commands, flags and values. */
export async function printCompletion(context: Context, typed: string): Promise<number> {
  const shells = Object.keys(scripts) as Array<keyof typeof scripts>;
  const shell = shells.find((name) => name === typed.toLowerCase());
  if (!shell)
    throw invalid(
      `no completion for ${JSON.stringify(typed)}${didYouMean(typed, shells)}`,
      `The shells are ${shells.join(', ')}`,
    );
  await context.reporter.data({ shell, script: scripts[shell] }, scripts[shell].trimEnd());
  return 0;
}
