import type { Declaration } from '../../command-line/declaration.ts';
import type { SandboxFlags } from './run.ts';

export const sandboxCommand: Declaration = {
  name: 'sandbox',
  summary: 'run a local server with the same API, free of charge',
  about: 'Run a local server with the same API, free of charge, until Ctrl-C stops it.',
  flags: [
    ['--port <n>', 'port to listen on; 0 picks a free one', '4010'],
    ['--latency <duration>', 'how long a task takes, such as 0s or 3s', '1.5s'],
    ['--fail-rate <share>', 'share of tasks that fail, from 0 to 1', '0'],
    ['--sell <list>', 'sell more models, each NAME:SERVICE:CENTS; separate several with commas'],
    ['--retire <list>', 'models that are no longer sold'],
    ['--maintenance <list>', 'models that are under maintenance'],
    ['--dialect <name>', 'form of the API: guide, service or both', 'both'],
    ['--billing <form>', 'form of the costs: new (usage), or old (billing) as before 28 September 2026', 'new'],
  ],
  examples: [
    'sandbox --port 4010',
    'sandbox --retire imagen-4 --sell new-model:new:5',
    'RUNAPI_API_KEY=any runapi-imagen generate "a mug" --base-url http://127.0.0.1:4010',
  ],
  async run(context, _words, flags: SandboxFlags) {
    const { sandbox } = await import('./run.ts');
    return sandbox(context, flags);
  },
};
