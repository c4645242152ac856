import type { Declaration } from '../../command-line/declaration.ts';
import { withFallback, withFlags } from '../../command-line/flags.ts';
import type { ServeFlags } from './settings.ts';

export const serveCommand: Declaration = {
  name: 'serve',
  summary: "serve the same features over HTTP as OpenAI's Images API",
  about:
    "Speak OpenAI's Images API on this machine until Ctrl-C: any client of that API makes pictures through RunAPI. Give " +
    'the client OPENAI_BASE_URL=http://127.0.0.1:4011/v1 and the token as OPENAI_API_KEY. A request that is sent again ' +
    'joins its task and pays nothing more. Pictures are saved as generate saves them.',
  flags: [
    ['--port <n>', 'port to listen on; 0 picks a free one', '4011'],
    ['--host <address>', 'address to listen on; with any other, other machines can reach it', '127.0.0.1'],
    ['--token-file <file>', 'file with the token, made if missing', 'serve-token in the config folder'],
    ['--alias <name=model...>', 'model to use where a client asks for another name; repeat for more'],
    ['--max-pictures <n>', 'refuse to buy more than n pictures until the server is started again'],
    ['--concurrency <n>', 'tasks in flight at once, up to 64', '8'],
    ...withFlags('model', 'output'),
    withFallback('dir', '.'),
    ...withFlags('timeout', 'poll-interval', 'max-bytes', 'max-cost', 'sandbox'),
  ],
  examples: ['serve --max-cost 5', 'serve --alias gpt-image-1=imagen-4-ultra --dir shots'],
  sends: true,
  ownsStdout: () => true,
  async run(context, _words, flags: ServeFlags) {
    const { serve } = await import('./run.ts');
    return serve(context, flags);
  },
  async check(context, _words, flags: ServeFlags) {
    const { readServeSettings } = await import('./settings.ts');
    return readServeSettings(context, flags);
  },
};
