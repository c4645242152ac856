import type { Context } from '../../context.ts';
import { invalid } from '../../errors.ts';
import { didYouMean } from '../../near-miss.ts';
import { states } from '../../report/history-filter.ts';
import { modelAliases, models, ratiosOf } from '../../request/models.ts';
import { kebab } from '../../request/sources.ts';
import { knownSettings, type SettingName } from '../../settings/known.ts';
import { agents } from '../mcp/agent-config.ts';
import { targetNames } from '../skill/targets.ts';
import { bashScript } from './bash.ts';
import type { DeclaredCommand, DeclaredFlag, Place, Suggestion } from './command-tree.ts';
import { fishScript } from './fish.ts';
import { powershellScript } from './powershell.ts';
import { zshScript } from './zsh.ts';

const scripts = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
} as const;

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
      `there is no completion for ${JSON.stringify(typed)}${didYouMean(typed, shells)}`,
      `The shells are ${shells.join(', ')}`,
    );
  const script = scripts[shell](program, { value: suggestedValue, word: suggestedWord });
  await context.reporter.data({ shell, script }, script.trimEnd());
  return 0;
}

const byFlag: Readonly<Record<string, readonly string[]>> = {
  '--model': [...models, ...Object.keys(modelAliases)],
  '--state': states,
  '--target': targetNames,
  '--print-config': agents,
  '--dialect': ['guide', 'service'],
};

/** By what the value or the word is called. */
const byName: Readonly<Record<string, Suggestion>> = {
  'w:h': ratiosOf('imagen-4-fast'),
  folder: 'folders',
  file: 'files',
  path: 'files',
  'task-id': 'tasks',
};

function suggestedValue({ names, value = '' }: DeclaredFlag): Suggestion {
  const known = names.map((name) => byFlag[name]).find((words) => words !== undefined);
  return known ?? byName[value] ?? 'anything';
}

function suggestedWord({ path, command: { word = '' } }: Place): Suggestion {
  if (word.includes('|')) return word.split('|');
  if (path.startsWith('config ') && word === 'name')
    return (Object.keys(knownSettings) as SettingName[]).map(kebab);
  return byName[word] ?? 'anything';
}
