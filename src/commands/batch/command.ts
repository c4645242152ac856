import type { Declaration } from '../../command-line/declaration.ts';
import { withFlags } from '../../command-line/flags.ts';
import { invalid } from '../../errors.ts';
import type { BatchFlags } from './plan.ts';

export const batchCommand: Declaration = {
  name: 'batch',
  summary: 'make the pictures of a file of prompts; run again to continue',
  about:
    'Make the pictures of a file: one prompt a line, JSONL, JSON, YAML, or CSV or TSV with a header row. Keys and columns: prompt, model, ' +
    'ratio, negative, seed, count, output, image, resolution, format, quality, set, action, callback_url, id. The flags apply to rows that say nothing else.\n' +
    'Run again with the same file, it makes only what is missing.\n' +
    'A YAML file with "pictures:" is a manifest: fields of a row, defaults, and vars of which each combination makes ' +
    'a picture. With --lock any machine buys only what is new or changed.',
  words: [['[file]', 'the file; - reads stdin']],
  flags: [
    ['--prompt <text>', 'prompt of each row; {animal} stands for the value of the column animal'],
    ['--concurrency <n>', 'tasks in flight at once, up to 64', '8'],
    ['--retry-failed', 'retry rows that failed in an earlier run'],
    ['--skip-invalid', 'skip invalid rows instead of refusing the file'],
    ['--shard <i/n>', 'make only the i-th of n shares of the rows, the same on every machine'],
    ['--lock', 'buy only what is new or changed by images.lock.jsonl beside the file, and keep that up to date'],
    ['--check', 'compare entries, lock and pictures without network or key; exit 10 where they differ'],
    ['--strict', 'with --check: read every picture, not only those whose size or time changed'],
    ['--refetch-missing <how>', 'buy: buy a missing picture again where the service no longer has it'],
    ['--merge-locks', 'join the lock files of all shards'],
    ['--schema', 'print the JSON Schema of a manifest and exit'],
    ...withFlags('model', 'ratio', 'aspect-ratio', 'negative', 'negative-prompt', 'seed', 'count'),
    ...withFlags('image', 'resolution', 'format', 'quality', 'set', 'action'),
    ...withFlags('output', 'dir', 'overwrite', 'skip-existing', 'new', 'no-wait', 'no-download'),
    ...withFlags('timeout', 'poll-interval', 'callback-url', 'sidecar', 'embed', 'max-bytes', 'max-cost'),
    ['--dry-run', 'print how many pictures it would buy, at which prices, and what is made already'],
    ...withFlags('yes', 'no-record', 'sandbox'),
  ],
  examples: [
    'batch prompts.txt --dir shots',
    'batch rows.csv --dry-run',
    'batch rows.jsonl --concurrency 16 --json > results.jsonl',
    'batch rows.csv --model imagen-4-fast --shard 1/4',
    'batch images.yaml --lock',
    'batch images.yaml --check',
    'cat prompts.txt | runapi-imagen batch - --sandbox',
  ],
  sends: true,
  async run(context, [file]: [string?], flags: BatchFlags) {
    if (flags.schema) {
      const { printSchema } = await import('./manifest.ts');
      return printSchema(context);
    }
    if (file === undefined)
      throw invalid("missing required argument 'file'", 'Nothing was sent. --help lists the flags');
    const { batch } = await import('./run.ts');
    return batch(context, file, flags);
  },
  async check(context, _words, flags: BatchFlags) {
    const { readBatchPlan } = await import('./plan.ts');
    return readBatchPlan(context, flags);
  },
};
