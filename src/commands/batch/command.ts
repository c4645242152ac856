import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';
import type { BatchFlags } from './plan.ts';

export const batchCommand: Declaration = {
  name: 'batch',
  summary: 'make the pictures of a file of prompts; run again to continue',
  about:
    'Make the pictures of a file: one prompt a line, JSONL, JSON, YAML, or CSV or TSV with a header row. Keys and columns: prompt, model, ' +
    'ratio, negative, seed, count, output, image, resolution, format, quality, set, action, callback_url, id. The flags apply to rows that say nothing else.\n' +
    'Run again with the same file, it makes only what is missing.',
  words: [['<file>', 'the file; - reads stdin']],
  flags: [
    ['--prompt <text>', 'prompt of each row; {animal} stands for the value of the column animal'],
    ['--concurrency <n>', 'tasks in flight at once, up to 64', '8'],
    ['--retry-failed', 'retry rows that failed in an earlier run'],
    ['--skip-invalid', 'skip invalid rows instead of refusing the file'],
    ['--shard <i/n>', 'make only the i-th of n shares of the rows, the same on every machine'],
    ...withFlags('model', 'ratio', 'aspect-ratio', 'negative', 'negative-prompt', 'seed', 'count'),
    ...withFlags('image', 'resolution', 'format', 'quality', 'set', 'action'),
    ...withFlags('output', 'dir', 'overwrite', 'skip-existing', 'new', 'no-wait', 'no-download'),
    ...withFlags('timeout', 'poll-interval', 'callback-url', 'sidecar', 'max-bytes', 'max-cost'),
    ['--dry-run', 'print how many pictures it would buy, at which prices, and what is made already'],
    ...withFlags('yes', 'no-record', 'sandbox'),
  ],
  examples: [
    'batch prompts.txt --dir shots',
    'batch rows.csv --dry-run',
    'batch rows.jsonl --concurrency 16 --json > results.jsonl',
    'batch rows.csv --model imagen-4-fast --shard 1/4',
    'cat prompts.txt | runapi-imagen batch - --sandbox',
  ],
  sends: true,
  async run(context, [file]: [string], flags: BatchFlags & { dryRun?: boolean; yes?: boolean }) {
    const { batch } = await import('./run.ts');
    return batch(context, file, flags);
  },
  async check(context, _words, flags: BatchFlags) {
    const { readBatchPlan } = await import('./plan.ts');
    return readBatchPlan(context, flags);
  },
};
