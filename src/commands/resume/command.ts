import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { ResumeFlags } from './run.ts';

export function resumeCommand(desk: Desk): Command {
  const command = new Command('resume')
    .description(
      'Finishes everything that interrupted runs had begun, or just the tasks named. Nothing is paid twice: a request ' +
        'whose answer never came is sent again with its idempotency key.',
    )
    .argument('[task-id...]', 'only these tasks')
    .option('--all', 'also the tasks that were let go with --no-wait')
    .option('-d, --dir <folder>', 'save here (default: where the interrupted run would have saved)')
    .option('--timeout <duration>', 'give up after, say, 90s or 15m (default: 15m)')
    .option('--poll-interval <duration>', 'look at the task at a fixed interval (default: adaptive)')
    .option('--max-cost <usd>', 'send no request again whose live price goes above so many dollars')
    .option('--max-bytes <size>', 'the most that one picture may have (default: 256MB)')
    .action(async (ids: string[], flags: ResumeFlags & GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { resume } = await import('./run.ts');
        return resume(context, ids, flags);
      });
    });
  return withExamples(withGlobalFlags(command), ['resume', 'resume tsk_abc123', 'resume --all --dir shots']);
}
