import { basename, dirname } from 'node:path';
import type { FilterFlags } from '../../command-line/flags.ts';
import { newestSent, readFilter, readLimit } from '../../command-line/history-filter.ts';
import { showOutside } from '../../command-line/show-pictures.ts';
import type { Context } from '../../context.ts';
import { Failure, tellAll } from '../../errors.ts';
import { parseSize, sizeText } from '../../task/size.ts';
import { galleryEntries, gallerySummary, isBatch } from './entries.ts';
import { galleryPage } from './page.ts';
import { galleryPictures } from './pictures.ts';
import { findPicture } from './sources.ts';
import { checkGalleryTarget, writeGallery } from './target.ts';

export interface GalleryFlags extends FilterFlags {
  limit?: string;
  output?: string;
  overwrite?: boolean;
  title?: string;
  maxEmbed?: string;
  link?: boolean;
  open?: boolean;
}

/** A page of this size is still opened, moved and mailed with ease. */
const usualEmbed = 40_000_000;

/** Writes a page of the pictures that were made on this machine. Answers the exit code. */
export async function gallery(context: Context, flags: GalleryFlags): Promise<number> {
  const { reporter } = context;
  const problems: string[] = [];
  const filter = readFilter(context, flags, problems);
  const limit = readLimit(flags.limit, problems) ?? Number.POSITIVE_INFINITY;
  const mostEmbedded = readEmbed(flags, problems);
  const path = await checkGalleryTarget(context, flags, problems);
  if (problems.length > 0) throw tellAll(problems, { sends: false });

  const folder = dirname(path);
  const entries = galleryEntries(await newestSent(context, filter, limit));
  const pictures = galleryPictures(context, entries, folder);
  const made = pictures.flatMap(({ file }) => file ?? []);
  if (made.length === 0) {
    const hint = `${context.command('history')} lists the pictures that were made, with the same filters`;
    throw new Failure('not_found', 'there is no picture to show', { hint });
  }
  const bytes = made.reduce((sum, file) => sum + file.bytes, 0);
  const embeds = bytes <= mostEmbedded;
  const lost = { missing: 0, changed: 0 };
  const models = new Set(entries.map(({ intended }) => intended.request.model));
  const page = galleryPage({
    title: flags.title ?? usualTitle(flags),
    summary: gallerySummary(pictures, entries),
    view: isBatch(entries) && models.size > 1 ? 'matrix' : 'grid',
    pictures,
    async find(file) {
      const found = await findPicture(file, folder, embeds);
      if ('lost' in found) lost[found.lost]++;
      return found;
    },
  });
  const toStdout = flags.output === '-';
  const size = toStdout ? await printGallery(context, page) : await writeGallery(path, page);
  const { missing, changed } = lost;
  if (missing > 0) reporter.warn(`${missing} of ${made.length} picture files cannot be found or read`);
  if (changed > 0) reporter.warn(`${changed} of ${made.length} picture files were changed after they were saved`);
  if (!embeds && !flags.link) {
    const flag = `--max-embed ${Math.ceil(bytes / 1e6)}MB`;
    reporter.note(`The page links to the picture files. To put all ${sizeText(bytes)} into it: ${flag}`);
  }
  if (toStdout) return 0;
  await reporter.data({ path, pictures: made.length, ...lost, embedded: embeds, bytes: size }, path);
  if (flags.open) await showOutside(context, path);
  else if (context.world.stdout.isTerminal) reporter.next(context.command('gallery --open'), 'Look at it');
  return 0;
}

/** Writes the page to stdout. Answers its bytes, up to where nobody reads them any more. */
async function printGallery({ world: { stdout } }: Context, page: AsyncIterable<string>): Promise<number> {
  let size = 0;
  for await (const part of page) {
    if (stdout.isClosed()) break;
    const bytes = Buffer.from(part);
    await stdout.writeBytes(bytes);
    size += bytes.length;
  }
  return size;
}

function readEmbed({ maxEmbed, link }: GalleryFlags, problems: string[]): number {
  if (link && maxEmbed !== undefined) problems.push('--link and --max-embed cannot be used together');
  const size = maxEmbed === undefined ? usualEmbed : parseSize(maxEmbed);
  if (size === undefined) problems.push(`Invalid --max-embed ${JSON.stringify(maxEmbed)}: use a size such as 200MB`);
  return link ? -1 : (size ?? 0);
}

function usualTitle({ batch, search }: GalleryFlags): string {
  if (batch !== undefined && batch !== '-') return basename(batch);
  return search ? `“${search}”` : 'Gallery';
}
