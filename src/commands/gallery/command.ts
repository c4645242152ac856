import type { Declaration } from '../../command-line/declaration.ts';
import { filterFlags, withFlags } from '../../command-line/flags.ts';
import type { GalleryFlags } from './run.ts';

export const galleryCommand: Declaration = {
  name: 'gallery',
  summary: 'write a web page of what was made, to view and compare',
  about:
    'Write one HTML file with the pictures made on this machine, or those that the filters match, to view and compare. It ' +
    'embeds up to 40 MB of pictures, so that it can be moved; beyond that it links to the files. A batch is shown as a ' +
    'matrix: prompts in rows, models in columns.',
  flags: [
    ...filterFlags,
    ...withFlags('limit'),
    ['-o, --output <file>', 'the page, or - for stdout', 'gallery.html'],
    ['--overwrite', 'overwrite a file that is not a gallery; a gallery is always overwritten'],
    ['--open', 'open the page in the browser'],
    ['--title <text>', 'heading of the page'],
    ['--max-embed <size>', 'embed pictures up to this size in total', '40MB'],
    ['--link', 'embed nothing and link to the files'],
  ],
  examples: [
    'gallery --open',
    'gallery --search fox --since 7d --output foxes.html',
    'gallery --batch rows.csv --title "Autumn campaign"',
  ],
  async run(context, _words, flags: GalleryFlags) {
    const { gallery } = await import('./run.ts');
    return gallery(context, flags);
  },
};
