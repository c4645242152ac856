import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import { withFilter } from '../history/command.ts';
import type { GalleryFlags } from './run.ts';

export function galleryCommand(desk: Desk): Command {
  const command = new Command('gallery')
    .description(
      'Writes a page of what was made on this machine, or of what the filters choose, to look at and compare: one HTML ' +
        'file that needs nothing from outside. Up to 40 MB of pictures are put into it, so that it can be moved; beyond ' +
        'that it shows the files where they are. A batch is shown as a matrix: prompts in rows, models in columns.',
    )
    .option('-o, --output <file>', 'the page, or - for stdout (default: gallery.html)')
    .option('--overwrite', 'replace a file that is no gallery; a gallery is always replaced')
    .option('--open', 'show it in the browser')
    .option('--title <text>', 'what stands above it')
    .option('--embed <size>', 'put so much of pictures into the page at most (default: 40MB)')
    .option('--link', 'put none into it: show the files where they are')
    .option('--limit <n>', 'the newest n tasks (default: all)')
    .action(async (flags: GalleryFlags & GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { gallery } = await import('./run.ts');
        return gallery(context, flags);
      });
    });
  return withExamples(withGlobalFlags(withFilter(command)), [
    'gallery --open',
    'gallery --search fox --since 7d --output foxes.html',
    'gallery --batch rows.csv --title "Autumn campaign"',
  ]);
}
