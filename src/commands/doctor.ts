import { Command } from 'commander';
import type { GlobalFlags } from '../context.ts';
import { type Desk, inContext, withGlobalFlags } from './doing.ts';
import { withExamples } from './examples.ts';

export function doctorCommand(desk: Desk): Command {
  const command = new Command('doctor')
    .description(
      'Checks everything that a generate needs: settings, key, address, service, folders. Each line is well, or says ' +
        'what to do. Nothing is bought. Exits 0 only if a generate would work.',
    )
    .action(async (flags: GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { doctor } = await import('../actions/doctor.ts');
        return doctor(context);
      });
    });
  return withExamples(withGlobalFlags(command), [
    'doctor',
    'doctor --base-url http://127.0.0.1:4010',
    'doctor --json | jq -r \'select(.state != "ok") | .message, .hint\'',
  ]);
}
