import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';
import type { DownloadFlags } from './run.ts';

export const downloadCommand: Declaration = {
  name: 'download',
  summary: 'save the pictures of completed tasks',
  about: 'Save the pictures of completed tasks and print their paths.',
  words: [['<task-id...>', 'the tasks']],
  flags: withFlags(
    'wait',
    'output',
    'dir',
    'overwrite',
    'skip-existing',
    'timeout',
    'poll-interval',
    'sidecar',
    'preview',
    'open',
    'max-bytes',
    'no-record',
    'sandbox',
  ),
  examples: [
    'download tsk_abc123',
    'download tsk_abc123 --wait --dir shots',
    'download tsk_abc123 --output mug.png --overwrite',
  ],
  sends: true,
  run: async (context, [ids]: [string[]], flags: DownloadFlags) =>
    (await import('./run.ts')).download(context, ids, flags),
};
