import { Command } from 'commander';
import { joinAliases, type TwoNamed } from '../../command-line/aliases.ts';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { GenerateFlags } from './plan.ts';

export function generateCommand(desk: Desk): Command {
  const command = new Command('generate')
    .description('Makes a picture from a prompt: submits one task, waits for it and saves the picture.')
    .argument('[prompt...]', 'the prompt; words are joined by a space, "-" reads stdin')
    .option(
      '-m, --model <name>',
      'imagen-4, imagen-4-fast or imagen-4-ultra; a comma list makes one task each (default: imagen-4)',
    )
    .option('-r, --ratio <w:h>', '1:1, 16:9, 9:16, 3:4 or 4:3; auto with imagen-4-fast')
    .option('--aspect-ratio <w:h>', 'the same as --ratio')
    .option('--negative <text>', 'what to avoid')
    .option('--negative-prompt <text>', 'the same as --negative')
    .option('--seed <n>', 'an integer; a comma list makes one task each')
    .option('-n, --count <n>', 'make so many pictures of the same request (default: 1)')
    .option('--prompt-file <file>', 'read the prompt from a file')
    .option('--again <task-id>', 'what that task asked for, with what the prompt and the flags say otherwise')
    .option(
      '-o, --output <path>',
      'a file, a name template, or - for stdout (default: {prompt}-{task}.{ext})',
    )
    .option('-d, --dir <folder>', 'where to save; made if missing (default: .)')
    .option('--overwrite', 'replace a file of the same name; otherwise a free name is taken')
    .option('--skip-existing', 'do nothing for a file that exists')
    .option('--new', 'buy a new picture even where an interrupted run could be taken up')
    .option('--no-wait', 'submit, print the task id, stop')
    .option('--no-download', 'wait, print the URLs, save nothing')
    .option('--timeout <duration>', 'give up waiting after, say, 90s or 15m (default: 15m)')
    .option('--poll-interval <duration>', 'look at the task at a fixed interval (default: adaptive)')
    .option('--callback-url <url>', 'have the service call this address when the task ends')
    .option('--sidecar', 'beside each picture a JSON file with all that is needed to make it again')
    .option('--preview', 'show the picture in the terminal')
    .option('--open', "show the picture in the system's viewer")
    .option('--max-bytes <size>', 'the most that one picture may have (default: 256MB)')
    .option('--max-cost <usd>', 'buy nothing when the live price of all of it is above so many dollars')
    .option('--dry-run', 'print the request, where it would go and what it would cost; submit nothing')
    .option('--no-record', 'keep no record on disk: an interrupted task can then be found by its id only')
    .option('--sandbox', 'use the built-in sandbox: no key, no cost')
    .option('--json-schema', 'print the JSON Schema of the --json lines and stop')
    .action(async (words: string[], typed: Typed) => {
      const flags = joinAliases(desk, typed);
      await inContext(
        desk,
        flags,
        async (context) => {
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
        async (context) => {
          const { readPlan } = await import('./plan.ts');
          return readPlan(context, words, flags);
        },
      );
    });
  return withExamples(withGlobalFlags(command), [
    'generate "mug with HELLO" --ratio 16:9',
    'generate "red fox in snow" --dir shots --output fox.png',
    'echo "a quiet harbour" | runapi-imagen generate',
    'generate "a mug" --no-wait',
    'generate --again tsk_abc123 --model imagen-4-ultra',
    'generate "a mug" --json | jq -r \'.images[0].path\'',
    'generate "a mug" --sandbox',
  ]);
}

interface Typed extends GenerateFlags, GlobalFlags, TwoNamed {
  jsonSchema?: boolean;
  dryRun?: boolean;
}
