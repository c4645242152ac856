import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { SandboxFlags } from './run.ts';

export function sandboxCommand(desk: Desk): Command {
  const command = new Command('sandbox')
    .description(
      'Runs a local server that speaks the same API, free of charge, until it is stopped with Ctrl-C.',
    )
    .option('--port <n>', 'the port to listen on; 0 takes a free one (default: 4010)')
    .option('--latency <duration>', 'how long a task takes, say 0s or 3s (default: 1.5s)')
    .option('--fail-rate <share>', 'the share of tasks that fail, 0 to 1 (default: 0)')
    .option('--dialect <name>', 'speak only one form of the API: guide or service (default: both)')
    .action(async (flags: SandboxFlags & GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { sandbox } = await import('./run.ts');
        return sandbox(context, flags);
      });
    });
  return withExamples(withGlobalFlags(command), [
    'sandbox --port 4010',
    'RUNAPI_API_KEY=any runapi-imagen generate "a mug" --base-url http://127.0.0.1:4010',
  ]);
}
