import type { Declaration } from '../../command-line/declaration.ts';
import { withFallback, withFlags } from '../../command-line/flags.ts';
import type { ResumeFlags } from './run.ts';

export const resumeCommand: Declaration = {
  name: 'resume',
  summary: 'finish what interrupted runs began',
  about:
    'Finish what interrupted runs began, or only the tasks named. Nothing is paid for twice: a request that got no ' +
    'answer is sent again with its idempotency key.',
  words: [['[task-id...]', 'only these tasks']],
  flags: [
    ['--all', 'also tasks submitted with --no-wait'],
    ['--resend', 'also send requests again that got no answer for more than 24 hours; they may be charged twice'],
    withFallback('dir', 'where the interrupted run would have saved'),
    ...withFlags('timeout', 'poll-interval', 'max-cost', 'max-bytes'),
    ['--sandbox', 'only tasks of the sandbox'],
  ],
  examples: ['resume', 'resume tsk_abc123', 'resume --all --dir shots'],
  sends: true,
  run: async (context, [ids]: [string[]], flags: ResumeFlags) => (await import('./run.ts')).resume(context, ids, flags),
};
