import type { Context } from '../../context.ts';
import { invalid } from '../../errors.ts';
import { didYouMean } from '../../near-miss.ts';
import { bashScript } from './bash.ts';
import { type DeclaredCommand, treeOf } from './command-tree.ts';
import { fishScript } from './fish.ts';
import { powershellScript } from './powershell.ts';
import { zshScript } from './zsh.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript };

/** Prints the script that makes a shell complete the program's commands, flags and values. */
export async function printCompletion(
  context: Context,
  typed: string,
  program: DeclaredCommand,
): Promise<number> {
  const shells = Object.keys(scripts) as Array<keyof typeof scripts>;
  const shell = shells.find((name) => name === typed.toLowerCase());
  if (!shell)
    throw invalid(
      `no completion for ${JSON.stringify(typed)}${didYouMean(typed, shells)}`,
      `The shells are ${shells.join(', ')}`,
    );
  const script = scripts[shell](treeOf(program));
  await context.reporter.data({ shell, script }, script.trimEnd());
  return 0;
}
