import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';
import type { GenerateFlags } from './plan.ts';

export const generateCommand: Declaration = {
  name: 'generate',
  summary: 'make pictures: submit, wait, download',
  about: 'Make a picture from a prompt: submit a task, wait for it and save the picture.',
  words: [['[prompt...]', 'the prompt; words are joined by spaces, - reads stdin']],
  flags: [
    ...withFlags('model', 'ratio', 'aspect-ratio', 'negative', 'negative-prompt', 'seed', 'count'),
    ['--prompt-file <file>', 'read the prompt from a file; - reads stdin'],
    ['--again <task-id>', 'repeat a task, or a picture file made with --embed; prompt and flags override it'],
    ...withFlags('output', 'dir', 'overwrite', 'skip-existing', 'new', 'no-wait', 'no-download'),
    ...withFlags(
      'timeout',
      'poll-interval',
      'callback-url',
      'sidecar',
      'embed',
      'preview',
      'open',
      'max-bytes',
    ),
    ...withFlags('max-cost'),
    ['--dry-run', 'print the request, where it would go and what it would cost; submit nothing'],
    ...withFlags('no-record', 'sandbox'),
    ['--json-schema', 'print the JSON Schema of the --json lines and exit'],
  ],
  examples: [
    'generate "mug with HELLO" --ratio 16:9',
    'generate "red fox in snow" --dir shots --output fox.png',
    'echo "a quiet harbour" | runapi-imagen generate',
    'generate "a mug" --no-wait',
    'generate --again tsk_abc123 --model imagen-4-ultra',
    'generate "a mug" --json | jq -r \'.images[0].path\'',
    'generate "a mug" --sandbox',
  ],
  sends: true,
  async run(context, [words]: [string[]], flags: Typed) {
    if (flags.jsonSchema) {
      const { printSchema } = await import('./print-schema.ts');
      return printSchema(context);
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

interface Typed extends GenerateFlags {
  jsonSchema?: boolean;
  dryRun?: boolean;
}
