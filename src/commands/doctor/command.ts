import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';

export function doctorCommand(desk: Desk): Command {
  const command = new Command('doctor')
    .description(
      'Checks everything that a generate needs: settings, key, address, service, folders. Each line is well, or says ' +
        'what to do. Nothing is bought. Exits 0 only if a generate would work.',
    )
    .action(async (flags: GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { doctor } = await import('./run.ts');
        return doctor(context);
      });
    });
  return withExamples(withGlobalFlags(command), [
    'doctor',
    'doctor --base-url http://127.0.0.1:4010',
    'doctor --json | jq -r \'select(.state != "ok") | .message, .hint\'',
  ]);
}
