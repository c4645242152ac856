import type { Declaration } from '../../command-line/declaration.ts';
import { filterFlags, withFallback } from '../../command-line/flags.ts';
import type { ClearFlags } from './clear.ts';
import type { HistoryFlags } from './run.ts';

const clear: Declaration = {
  name: 'clear',
  summary: 'delete the records of finished tasks; pictures are kept',
  about:
    'Delete the records of finished tasks: all of them, or those that the filters match. Pictures are kept, and so are ' +
    'the records of unfinished tasks, so that nothing is paid for twice.',
  flags: [
    ...filterFlags,
    ['--before <time>', 'only tasks before a date or age, such as 2026-11-20 or 30d'],
    ['-y, --yes', 'do not ask'],
  ],
  examples: ['history clear --before 30d', 'history clear --state failed --yes'],
  run: async (context, _words, flags: ClearFlags) => (await import('./clear.ts')).clearHistory(context, flags),
};

export const historyCommand: Declaration = {
  name: 'history',
  summary: 'list what was made on this machine',
  about:
    'List what was made on this machine, newest first. Off a terminal the columns are separated by tabs: date, state, ' +
    'model, prompt, task, seed, cost and files. With --json each task is an object like those that generate prints.\n' +
    '--sum adds up pictures and dollars instead, without the sandbox.',
  flags: [
    ...filterFlags,
    withFallback('limit', '50 on a terminal, else all'),
    ['--sum <by>', 'add up pictures and dollars by month, day or model'],
    ['--sandbox', 'only tasks of the sandbox; with --sum, these too'],
  ],
  examples: [
    'history',
    'history --search fox --since 7d',
    'history --model imagen-4-ultra --state failed --json',
    'history --sum month',
    'history clear --before 30d',
  ],
  below: [clear],
  run: async (context, _words, flags: HistoryFlags) => (await import('./run.ts')).history(context, flags),
};
