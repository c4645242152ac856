import { basename, dirname } from 'node:path';
import { type FilterFlags, newestSent, readFilter } from '../../command-line/history-filter.ts';
import { showOutside } from '../../command-line/show-pictures.ts';
import type { Context } from '../../context.ts';
import { Failure, tellAll } from '../../errors.ts';
import { sizeText } from '../../report/human.ts';
import { parseSize } from '../../task/size.ts';
import { readLimit } from '../history/run.ts';
import { inOrder, isBatch, withoutFailedTries } from './entries.ts';
import { galleryPage } from './page.ts';
import type { GalleryPicture } from './picture.ts';
import { galleryPictures } from './pictures.ts';
import { embedded, linkedFrom } from './sources.ts';
import { gallerySummary } from './summary.ts';
import { checkGalleryTarget, printGallery, writeGallery } from './target.ts';

export interface GalleryFlags extends FilterFlags {
  limit?: string;
  output?: string;
  overwrite?: boolean;
  title?: string;
  embed?: string;
  link?: boolean;
  open?: boolean;
}

/** A page of this size is still opened, moved and mailed with ease. */
const usualEmbed = 40_000_000;

/** Writes a page of what was made on this machine, to look at and compare. Answers the exit code. */
export async function gallery(context: Context, flags: GalleryFlags): Promise<number> {
  const { reporter } = context;
  const problems: string[] = [];
  const filter = readFilter(context, flags, problems);
  const limit = readLimit(flags.limit, problems) ?? Number.POSITIVE_INFINITY;
  const mostEmbedded = readEmbed(flags, problems);
  const path = await checkGalleryTarget(context, flags, problems);
  if (problems.length > 0) throw tellAll(problems, { sends: false });

  const entries = inOrder(withoutFailedTries(await newestSent(context, filter, limit)));
  const folder = dirname(path);
  const pictures = await galleryPictures(context, entries, folder);
  if (!pictures.some(({ made }) => made)) throw nothingToShow(context);
  const bytes = pictures.reduce((sum, { file }) => sum + (file?.bytes ?? 0), 0);
  const embeds = bytes <= mostEmbedded;
  const page = galleryPage({
    title: flags.title ?? usualTitle(flags),
    summary: gallerySummary(pictures, entries),
    view: isBatch(entries) && new Set(pictures.map(({ model }) => model)).size > 1 ? 'matrix' : 'grid',
    pictures,
    source: embeds ? embedded : linkedFrom(folder),
  });
  const toStdout = flags.output === '-';
  const size = toStdout ? await printGallery(context, page) : await writeGallery(path, page);
  await tell(context, flags, { path, pictures, embeds, bytes, size });
  if (toStdout) return 0;
  if (flags.open) await showOutside(context, path);
  else if (context.world.stdout.isTerminal) reporter.next(context.command('gallery --open'), 'Look at it');
  return 0;
}

interface Written {
  path: string;
  pictures: readonly GalleryPicture[];
  embeds: boolean;
  /** Of the pictures. */
  bytes: number;
  /** Of the page. */
  size: number;
}

async function tell({ reporter }: Context, flags: GalleryFlags, written: Written): Promise<void> {
  const { path, pictures, embeds, bytes, size } = written;
  const made = pictures.filter((picture) => picture.made);
  const missing = made.filter(({ file }) => !file).length;
  if (missing > 0) reporter.warn(`${missing} of ${made.length} pictures are no longer where they were saved`);
  if (!embeds && !flags.link) {
    reporter.note(
      `The page shows the files where they are. To put all ${sizeText(bytes)} into it: --embed ${Math.ceil(bytes / 1e6)}MB`,
    );
  }
  const report = { path, pictures: made.length, missing, embedded: embeds, bytes: size };
  if (flags.output !== '-') await reporter.data(report, path);
}

function readEmbed({ embed, link }: GalleryFlags, problems: string[]): number {
  if (link && embed !== undefined) problems.push('--link and --embed cannot be used together');
  const size = embed === undefined ? usualEmbed : parseSize(embed);
  if (size === undefined)
    problems.push(`Invalid --embed ${JSON.stringify(embed)}: use a size such as 200MB.`);
  return link ? -1 : (size ?? 0);
}

function usualTitle({ batch, search }: GalleryFlags): string {
  if (batch !== undefined && batch !== '-') return basename(batch);
  return search ? `“${search}”` : 'Gallery';
}

function nothingToShow(context: Context): Failure {
  return new Failure('not_found', 'there is no picture to show', {
    hint: `${context.command('history')} lists what was made; the filters of both are the same`,
  });
}
