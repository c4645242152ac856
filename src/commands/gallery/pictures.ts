import { defaultBaseUrl } from '../../api/base-url.ts';
import type { Context } from '../../context.ts';
import { beganAt, type Entry } from '../../journal/entry.ts';
import type { SavedFile } from '../../journal/event.ts';
import { shownPath } from '../../report/human.ts';
import { recordedStatus } from '../../report/report-entry.ts';
import { generateWords } from '../../report/shell-command.ts';
import { ratios } from '../../request/models.ts';
import { sizeText } from '../../task/size.ts';
import { isTaskId } from '../../task/task-id.ts';
import { taskCost } from './entries.ts';
import type { GalleryPicture } from './tile.ts';

interface Shot {
  entry: Entry;
  file: SavedFile | undefined;
  /** Where the page is going to be. */
  folder: string;
}

/**
 * Lists the pictures of recorded tasks: one for each file that was saved, whether it is still there or not, and one
 * without a file for a task that nothing was saved of.
 */
export function galleryPictures(context: Context, entries: readonly Entry[], folder: string): GalleryPicture[] {
  const pictures = entries
    .flatMap((entry) => {
      const saved = Object.values(entry.saved);
      return (saved.length > 0 ? saved : [undefined]).map((file) => ({ entry, file, folder }));
    })
    .map((shot) => galleryPicture(context, shot));
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
    const differs = [...telling, 'Number'].filter((name) => new Set(same.map(({ facts }) => facts.get(name))).size > 1);
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

const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

function galleryPicture(context: Context, { entry, file, folder }: Shot): GalleryPicture {
  const { request, row, server } = entry.intended;
  const { prompt, model, seed, negativePrompt } = request;
  const { width, height } = file?.width && file.height ? file : sizeOf(request.aspectRatio);
  const pasted = {
    platform: context.world.platform,
    sandbox: server.sandbox,
    baseUrl: server.base === defaultBaseUrl ? undefined : server.base,
  };
  const again = againCommand(context, entry);
  const words = generateWords(request, pasted);
  // In the order in which they are read.
  const facts: Array<[string, string | undefined]> = [
    ['Model', model],
    ['Ratio', request.aspectRatio ?? nearestRatio(width / height)],
    ['Seed', (seed ?? entry.completed?.seed)?.toString()],
    ['Number', file && '1 of 1'],
    ['Size', file && `${file.width} × ${file.height}`],
    ['Cost', taskCost(entry)],
    ['Made', date.format(beganAt(entry))],
    ['Negative', negativePrompt],
    ['Task', entry.accepted?.id],
    ['Row', row && (row.id === undefined ? String(row.row) : `${row.row} (${row.id})`)],
    ['File', file && shownPath(file.path, folder)],
    ['File size', file && sizeText(file.bytes)],
    ['Command', words === undefined ? again : context.command(words)],
  ];
  return {
    file,
    absence: whyUnmade(entry),
    width,
    height,
    prompt,
    madeAt: beganAt(entry),
    differs: [],
    again,
    facts: new Map(facts.flatMap(([name, text]) => (text ? [[name, text]] : []))),
  };
}

/** Undefined where the service never named a task. What was tried in the sandbox stays in the sandbox. */
function againCommand(context: Context, { accepted, intended }: Entry): string | undefined {
  if (!accepted || !isTaskId(accepted.id)) return undefined;
  const { id } = accepted;
  const again = `--again${id.startsWith('-') ? '=' : ' '}${id}`;
  return context.command(`generate ${again}${intended.server.sandbox ? ' --sandbox' : ''}`);
}

function whyUnmade(entry: Entry): string {
  const status = recordedStatus(entry);
  if (status === 'failed') return entry.ended?.message ?? 'The task failed';
  return status === 'completed' ? 'Not downloaded' : 'Not finished';
}

/** Stands in for the size of a picture that is not there: only the shape matters. */
function sizeOf(ratio = '1:1'): { width: number; height: number } {
  const [across, down] = ratio.split(':').map(Number);
  return { width: (across || 1) * 100, height: (down || 1) * 100 };
}

/** The service's pictures are not exactly of the ratio that they are made for. */
function nearestRatio(shape: number): string | undefined {
  return ratios.find((ratio) => {
    const { width, height } = sizeOf(ratio);
    return Math.abs(Math.log((shape * height) / width)) < 0.1;
  });
}
