import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { StatusFlags } from './run.ts';

export function statusCommand(desk: Desk): Command {
  const command = new Command('status')
    .description(
      'Tells the state of tasks: one line each with id, state and, when completed, the URLs of its pictures.',
    )
    .argument('<task-id...>', 'the tasks')
    .option('--wait', 'wait until each task ends')
    .option('--exit-status', 'exit 7 for a failed task, 5 for one that still runs')
    .option('--timeout <duration>', 'give up after, say, 90s or 15m (default: 15m)')
    .option('--poll-interval <duration>', 'look at the task at a fixed interval (default: adaptive)')
    .option('--sandbox', 'the tasks are of the built-in sandbox')
    .action(async (ids: string[], flags: StatusFlags & GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { status } = await import('./run.ts');
        return status(context, ids, flags);
      });
    });
  return withExamples(withGlobalFlags(command), [
    'status tsk_abc123',
    'status tsk_abc123 --wait --exit-status',
    'status tsk_abc123 --json | jq -r .status',
  ]);
}
