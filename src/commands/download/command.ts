import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { DownloadFlags } from './run.ts';

export function downloadCommand(desk: Desk): Command {
  const command = new Command('download')
    .description('Saves the pictures of tasks that completed, and prints their paths.')
    .argument('<task-id...>', 'the tasks')
    .option('--wait', 'wait for those that still run')
    .option(
      '-o, --output <path>',
      'a file, a name template, or - for stdout (default: {prompt}-{task}.{ext})',
    )
    .option('-d, --dir <folder>', 'where to save; made if missing (default: .)')
    .option('--overwrite', 'replace a file of the same name; otherwise a free name is taken')
    .option('--skip-existing', 'leave a file that exists as it is')
    .option('--timeout <duration>', 'give up after, say, 90s or 15m (default: 15m)')
    .option('--poll-interval <duration>', 'look at the task at a fixed interval (default: adaptive)')
    .option('--sidecar', 'beside each picture a JSON file with all that is known of it')
    .option('--preview', 'show the picture in the terminal')
    .option('--open', "show the picture in the system's viewer")
    .option('--max-bytes <size>', 'the most that one picture may have (default: 256MB)')
    .option('--no-record', 'neither read nor keep the record on disk')
    .option('--sandbox', 'the tasks are of the built-in sandbox')
    .action(async (ids: string[], flags: DownloadFlags & GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { download } = await import('./run.ts');
        return download(context, ids, flags);
      });
    });
  return withExamples(withGlobalFlags(command), [
    'download tsk_abc123',
    'download tsk_abc123 --wait --dir shots',
    'download tsk_abc123 --output mug.png --overwrite',
  ]);
}
