import { Command } from 'commander';
import type { GalleryFlags } from '../actions/gallery.ts';
import type { GlobalFlags } from '../context.ts';
import { type Desk, inContext, withGlobalFlags } from './doing.ts';
import { withExamples } from './examples.ts';
import { withFilter } from './history.ts';

export function galleryCommand(desk: Desk): Command {
  const command = new Command('gallery')
    .description(
      'Writes one HTML page of the pictures made on this machine, all or those that the filters choose, to look at ' +
        'and compare. The page needs nothing from the network. Pictures of up to 40 MB in total are embedded, so that ' +
        'the page can be moved or mailed; beyond that it links to the files. A batch is shown as a matrix: prompts ' +
        'and seeds in rows, models in columns.',
    )
    .option('-o, --output <file>', 'the page to write, or - for stdout (default: gallery.html)')
    .option('--overwrite', 'replace the file even if it is not a gallery')
    .option('--open', 'open the page in the browser')
    .option('--title <text>', 'the heading of the page')
    .option('--embed <size>', 'embed the pictures if they total at most this size (default: 40MB)')
    .option('--link', 'link to the picture files instead of embedding them')
    .option('--limit <n>', 'only the newest n tasks (default: all)')
    .action(async (flags: GalleryFlags & GlobalFlags) => {
      await inContext(desk, flags, async (context) => {
        const { gallery } = await import('../actions/gallery.ts');
        return gallery(context, flags);
      });
    });
  return withExamples(withGlobalFlags(withFilter(command)), [
    'gallery --open',
    'gallery --search fox --since 7d --output foxes.html',
    'gallery --batch rows.csv --title "Autumn campaign"',
  ]);
}
