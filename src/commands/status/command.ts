import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';
import type { StatusFlags } from './run.ts';

export const statusCommand: Declaration = {
  name: 'status',
  summary: 'print the state of tasks',
  about: 'Print the state of tasks, one line each: task id, state and, once completed, the URLs of the pictures.',
  words: [['<task-id...>', 'the tasks']],
  flags: [
    ...withFlags('wait'),
    ['--exit-status', 'exit 7 if a task has failed, 5 if one is still running'],
    ...withFlags('timeout', 'poll-interval', 'sandbox'),
  ],
  examples: ['status tsk_abc123', 'status tsk_abc123 --wait --exit-status', 'status tsk_abc123 --json | jq -r .status'],
  sends: true,
  run: async (context, [ids]: [string[]], flags: StatusFlags) => (await import('./run.ts')).status(context, ids, flags),
};
