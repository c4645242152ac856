import { defaultBaseUrl } from '../api/base-url.ts';
import type { Context } from '../context.ts';
import type { GalleryPicture } from '../gallery/tile.ts';
import { beganAt, type Entry } from '../journal/entry.ts';
import type { SavedFile } from '../journal/event.ts';
import { shownPath, sizeText } from '../report/human.ts';
import { ratios } from '../task/models.ts';
import { generateWords } from '../task/shell-command.ts';
import { isTaskId } from '../task/task-id.ts';
import { taskCost } from './gallery-entries.ts';
import { recordedStatus } from './recorded-report.ts';

/**
 * Lists the pictures of recorded tasks: one for each file that was saved, whether it is still there or not, and one
 * without a file for a task that nothing was saved of.
 * @param folder where the page is going to be
 */
export function galleryPictures(
  context: Context,
  entries: readonly Entry[],
  folder: string,
): GalleryPicture[] {
  const pictures = entries.flatMap((entry) => {
    const saved = Object.values(entry.saved);
    return (saved.length > 0 ? saved : [undefined]).map((file) =>
      galleryPicture(context, entry, { file, folder }),
    );
  });
  tellApart(pictures.filter(({ file }) => file));
  return pictures;
}

const telling = ['Model', 'Ratio', 'Seed', 'Negative'];

/** Notes by which facts the pictures of one prompt differ, and numbers those that were made of one request. */
function tellApart(pictures: GalleryPicture[]): void {
  const oldestFirst = pictures.sort((a, b) => a.madeAt - b.madeAt);
  const requestOf = ({ prompt, facts }: GalleryPicture): string =>
    JSON.stringify([prompt, ...telling.map((name) => facts.get(name))]);
  for (const same of groups(oldestFirst, requestOf)) {
    for (const [at, { facts }] of same.entries()) {
      if (same.length > 1) facts.set('Number', `${at + 1} of ${same.length}`);
      else facts.delete('Number');
    }
  }
  for (const same of groups(oldestFirst, ({ prompt }) => prompt)) {
    const differs = [...telling, 'Number'].filter(
      (name) => new Set(same.map(({ facts }) => facts.get(name))).size > 1,
    );
    for (const picture of same) picture.differs = differs;
  }
}

function groups(
  pictures: readonly GalleryPicture[],
  nameOf: (picture: GalleryPicture) => string,
): Iterable<GalleryPicture[]> {
  const named = new Map<string, GalleryPicture[]>();
  for (const picture of pictures) {
    const group = named.get(nameOf(picture)) ?? [];
    named.set(nameOf(picture), group);
    group.push(picture);
  }
  return named.values();
}

interface Place {
  file: SavedFile | undefined;
  folder: string;
}

function galleryPicture(context: Context, entry: Entry, place: Place): GalleryPicture {
  const { file } = place;
  const { request } = entry.intended;
  const { width, height } =
    file && file.width > 0 && file.height > 0 ? file : sizeOfRatio(request.aspectRatio);
  const ratio = request.aspectRatio ?? nearestRatio(width / height);
  return {
    file,
    absence: whyUnmade(entry),
    width,
    height,
    prompt: request.prompt,
    madeAt: beganAt(entry),
    differs: [],
    again: againCommand(context, entry),
    facts: factsOf(context, entry, { ...place, ratio }),
  };
}

/** Undefined where the service never named a task. What was tried in the sandbox stays in the sandbox. */
function againCommand(context: Context, { accepted, intended }: Entry): string | undefined {
  if (!accepted || !isTaskId(accepted.id)) return undefined;
  return context.command(`generate --again ${accepted.id}${intended.server.sandbox ? ' --sandbox' : ''}`);
}

function whyUnmade(entry: Entry): string {
  const status = recordedStatus(entry);
  if (status === 'failed') return entry.ended?.message ?? 'The task failed';
  return status === 'completed' ? 'Not downloaded' : 'Not finished';
}

const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** Lists what is known of a picture, in the order in which it is read. */
function factsOf(
  context: Context,
  entry: Entry,
  { file, folder, ratio }: Place & { ratio: string },
): Map<string, string> {
  const { request, row, server } = entry.intended;
  const baseUrl = server.base === defaultBaseUrl ? undefined : server.base;
  const pasted = { platform: context.world.platform, sandbox: server.sandbox, baseUrl };
  const known: Array<[string, string | undefined]> = [
    ['Model', request.model],
    ['Ratio', ratio],
    ['Seed', request.seed?.toString()],
    ['Number', file && '1 of 1'],
    ['Size', file && `${file.width} × ${file.height}, ${sizeText(file.bytes)}`],
    ['Cost', taskCost(entry)],
    ['Made', date.format(beganAt(entry))],
    ['Negative', request.negativePrompt],
    ['Task', entry.accepted?.id],
    ['Row', row && (row.id === undefined ? String(row.row) : `${row.row} (${row.id})`)],
    ['File', file && shownPath(file.path, folder)],
    ['Command', context.command(generateWords(request, pasted))],
  ];
  return new Map(known.flatMap(([name, text]) => (text ? [[name, text]] : [])));
}

/** Stands in for the size of a picture that is not there: only the shape matters. */
function sizeOfRatio(ratio = '1:1'): { width: number; height: number } {
  const [, across, down] = /^(\d{1,2}):(\d{1,2})$/.exec(ratio) ?? [];
  return { width: (Number(across) || 1) * 100, height: (Number(down) || 1) * 100 };
}

/** The service's pictures are not exactly of the ratio that they are made for. */
function nearestRatio(shape: number): string {
  const away = (ratio: string): number => {
    const { width, height } = sizeOfRatio(ratio);
    return Math.abs(Math.log((shape * height) / width));
  };
  return [...ratios].sort((a, b) => away(a) - away(b))[0] ?? '1:1';
}
