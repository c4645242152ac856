import { Command } from 'commander';
import { joinAliases, type TwoNamed } from '../../command-line/aliases.ts';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { BatchFlags } from './plan.ts';

export function batchCommand(desk: Desk): Command {
  const command = new Command('batch')
    .description(
      'Makes the pictures of a file: one prompt a line, JSONL, or CSV with a head line. Keys and columns: prompt, ' +
        'model, ratio, negative, seed, count, output, callback_url, id. The flags are for rows that say nothing else.\n' +
        'Run again with the same file, it makes only what is missing.',
    )
    .argument('<file>', 'the file; "-" reads stdin')
    .option('--prompt <text>', 'the prompt of each row; {animal} stands for the value of the column animal')
    .option('--concurrency <n>', 'tasks in flight at once, up to 64 (default: 8)')
    .option('--retry-failed', 'try rows again that failed in an earlier run')
    .option('--skip-invalid', 'go on without rows that are wrong')
    .option('--shard <i/n>', 'do only the i-th of n shares of the rows, the same on every machine')
    .option(
      '-m, --model <name>',
      'imagen-4, imagen-4-fast or imagen-4-ultra; a comma list makes one task each (default: imagen-4)',
    )
    .option('-r, --ratio <w:h>', '1:1, 16:9, 9:16, 3:4 or 4:3; auto with imagen-4-fast')
    .option('--aspect-ratio <w:h>', 'the same as --ratio')
    .option('--negative <text>', 'what to avoid')
    .option('--negative-prompt <text>', 'the same as --negative')
    .option('--seed <n>', 'an integer; a comma list makes one task each')
    .option('-n, --count <n>', 'make so many pictures of each row (default: 1)')
    .option('-o, --output <path>', 'a name template (default: {prompt}-{task}.{ext})')
    .option('-d, --dir <folder>', 'where to save; made if missing (default: .)')
    .option('--overwrite', 'replace a file of the same name; otherwise a free name is taken')
    .option('--skip-existing', 'do nothing for a file that exists')
    .option('--new', 'make every row, whatever earlier runs made')
    .option('--no-wait', 'submit, print the task ids, stop')
    .option('--no-download', 'wait, print the URLs, save nothing')
    .option('--timeout <duration>', 'give up waiting for a task after, say, 90s or 15m (default: 15m)')
    .option('--poll-interval <duration>', 'look at each task at a fixed interval (default: adaptive)')
    .option('--callback-url <url>', 'have the service call this address when a task ends')
    .option('--sidecar', 'beside each picture a JSON file with all that is needed to make it again')
    .option('--max-bytes <size>', 'the most that one picture may have (default: 256MB)')
    .option('--max-cost <usd>', 'stop buying when the live prices together go above so many dollars')
    .option('--no-record', 'keep no record on disk: the batch cannot be restarted then')
    .option('--sandbox', 'use the built-in sandbox: no key, no cost')
    .action(async (file: string, typed: BatchFlags & GlobalFlags & TwoNamed) => {
      const flags = joinAliases(desk, typed);
      await inContext(
        desk,
        flags,
        async (context) => (await import('./run.ts')).batch(context, file, flags),
        async (context) => (await import('./plan.ts')).readBatchPlan(context, flags),
      );
    });
  return withExamples(withGlobalFlags(command), [
    'batch prompts.txt --dir shots',
    'batch rows.jsonl --concurrency 16 --json > results.jsonl',
    'batch rows.csv --model imagen-4-fast --shard 1/4',
    'cat prompts.txt | runapi-imagen batch - --sandbox',
  ]);
}
