import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { ClearFlags } from './clear.ts';
import type { HistoryFlags } from './run.ts';

export function historyCommand(desk: Desk): Command {
  const command = new Command('history').description(
    'Lists what was made on this machine, newest first: date, state, model, prompt, task, files. Off a terminal the ' +
      'columns are separated by tabs; with --json each task is an object of the form that generate prints.',
  );
  withFilter(command)
    .option('--limit <n>', 'the newest n (default: 50 on a terminal, else all)')
    .action(async (flags: HistoryFlags & GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { history } = await import('./run.ts');
        return history(context, flags);
      });
    });
  const clear = command
    .command('clear')
    .description(
      'Forgets finished tasks, all or those that the filters choose. Only records go: pictures stay, and so do the ' +
        'records of unfinished tasks, which keep them from being paid for twice.',
    )
    .copyInheritedSettings(command);
  withFilter(withGlobalFlags(clear))
    .option('--before <time>', 'only what was made before, like 2026-11-20 or 30d')
    .option('-y, --yes', 'do not ask')
    .action(async () => {
      // A flag that `history` takes too was read by it, wherever it stood: none may be lost, or all is forgotten.
      const flags = clear.optsWithGlobals<ClearFlags & GlobalFlags>();
      await inContext(desk, flags, async (context) => {
        const { clearHistory } = await import('./clear.ts');
        return clearHistory(context, flags);
      });
    });
  return withExamples(withGlobalFlags(command), [
    'history',
    'history --search fox --since 7d',
    'history --model imagen-4-ultra --state failed --json',
    'history clear --before 30d',
  ]);
}

/** The flags that choose among what was made. */
export function withFilter(command: Command): Command {
  return command
    .option('--search <text>', 'only with these words in prompt, task or file')
    .option('-m, --model <name>', 'only of this model; a comma list of several')
    .option('--state <name>', 'only completed, failed, processing, pending or unfinished')
    .option('--since <time>', 'not older than 2026-11-20, 7d or 12h')
    .option('--until <time>', 'not younger')
    .option('--batch <file>', 'only the rows of this batch file');
}
