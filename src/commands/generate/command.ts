import type { Declaration } from '../../command-line/declaration.ts';
import { pictureFlags, withFlags } from '../../command-line/flags.ts';
import type { GenerateFlags } from './plan.ts';

export const generateCommand: Declaration = {
  name: 'generate',
  summary: 'make pictures: submit, wait, download',
  about: 'Make a picture from a prompt: submit a task, wait for it and save the picture.',
  words: [['[prompt...]', 'the prompt; words are joined by spaces, - reads stdin']],
  flags: [
    ...pictureFlags,
    ['--prompt-file <file>', 'read the prompt from a file; - reads stdin'],
    [
      '--again <task-id>',
      'repeat a task: its id, its number in the history, last, its picture or a sidecar; the prompt and flags given now override it',
    ],
    ...withFlags('output', 'dir', 'overwrite', 'skip-existing', 'new', 'no-wait', 'no-download'),
    ...withFlags('timeout', 'poll-interval', 'callback-url', 'sidecar', 'embed', 'preview', 'open', 'max-bytes'),
    ...withFlags('max-cost', 'yes'),
    ['--dry-run', 'print the request, where it would go and what it would cost; submit nothing'],
    ...withFlags('no-record', 'sandbox'),
    ['--json-schema', 'print the JSON Schema of the --json lines and exit'],
  ],
  examples: [
    'generate "mug with HELLO" --ratio 16:9',
    'generate "red fox in snow" --dir shots --output fox.png',
    'echo "a quiet harbour" | runapi-imagen generate',
    'generate "make it blue" --image mug.png',
    'curl -s https://example.com/mug.png | runapi-imagen generate "make it blue" --image -',
    'generate "a fox" --model nano-banana-2 --resolution 2k --format jpg',
    'generate "a mug" --no-wait',
    'generate --again last --model imagen-4-ultra',
    'generate "a mug" --json | jq -r \'.images[0].path\'',
    'generate "a mug" --sandbox',
  ],
  sends: true,
  async run(context, [words]: [string[]], flags: Typed) {
    if (flags.jsonSchema) {
      const schema = (await import('../../report/schema.ts')).taskSchema();
      await context.reporter.data(schema, JSON.stringify(schema, null, 2));
      return 0;
    }
    if (flags.dryRun) {
      const { dryRun } = await import('./dry-run.ts');
      return dryRun(context, words, flags);
    }
    const { generate } = await import('./run.ts');
    return generate(context, words, flags);
  },
  async check(context, [words]: [string[]], flags: Typed) {
    const { readPlan } = await import('./plan.ts');
    return readPlan(context, words, flags);
  },
};

type Typed = GenerateFlags & { jsonSchema?: boolean; dryRun?: boolean };
