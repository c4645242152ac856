import { defaultBaseUrl } from '../../api/base-url.ts';
import type { Context } from '../../context.ts';
import { beganAt, costOf, type Entry, filesOf } from '../../journal/entry.ts';
import type { SavedFile } from '../../journal/event.ts';
import { shownPath } from '../../report/human.ts';
import { recordedStatus } from '../../report/report-entry.ts';
import { generateWords } from '../../report/shell-command.ts';
import { ratios } from '../../request/models.ts';
import { costText } from '../../task/cost.ts';
import { sizeText } from '../../task/size.ts';
import { isTaskId } from '../../task/task.ts';

/** A picture as the gallery shows it. All texts are as they came, and none is markup. */
export interface GalleryPicture {
  /** As it was saved; undefined where nothing was made. */
  file: SavedFile | undefined;
  /** Why nothing was made. */
  absence: string;
  /** Pixels. */
  width: number;
  height: number;
  prompt: string;
  /** Milliseconds since 1970. */
  madeAt: number;
  /** The command that makes it again; undefined where no task is known. */
  again: string | undefined;
  /** Facts about the picture by name, in reading order. */
  facts: Map<string, string>;
}

/**
 * Lists the pictures of recorded tasks: one for each file that was saved, whether it is still there or not, and one
 * without a file for a task that nothing was saved of.
 */
export function galleryPictures(context: Context, entries: readonly Entry[], folder: string): GalleryPicture[] {
  const pictures = entries.flatMap((entry) => {
    const saved = filesOf(entry);
    return (saved.length > 0 ? saved : [undefined]).map((file) => galleryPicture(context, entry, file, folder));
  });
  numberEqual(pictures.filter(({ file }) => file));
  return pictures;
}

/** Numbers the pictures that were made of one request, the oldest first. */
function numberEqual(pictures: readonly GalleryPicture[]): void {
  const groups = new Map<string, GalleryPicture[]>();
  for (const picture of pictures.toSorted((a, b) => a.madeAt - b.madeAt)) {
    const { prompt, facts } = picture;
    const name = JSON.stringify([prompt, ...['Model', 'Ratio', 'Seed', 'Negative'].map((fact) => facts.get(fact))]);
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    group.push(picture);
  }
  for (const same of groups.values())
    if (same.length > 1)
      for (const [at, { facts }] of same.entries()) facts.set('Number', `${at + 1} of ${same.length}`);
}

const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

function galleryPicture(context: Context, entry: Entry, file: SavedFile | undefined, folder: string): GalleryPicture {
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
  const facts = {
    Model: model,
    Ratio: request.aspectRatio ?? nearestRatio(width / height),
    Seed: (seed ?? entry.completed?.seed)?.toString(),
    Size: file && `${file.width} × ${file.height}`,
    Cost: costText(costOf(entry), { failed: isFailed(entry), sandbox: server.sandbox }),
    Made: date.format(beganAt(entry)),
    Negative: negativePrompt,
    Task: entry.accepted?.id,
    Row: row && (row.id === undefined ? String(row.row) : `${row.row} (${row.id})`),
    File: file && shownPath(file.path, folder),
    'File size': file && sizeText(file.bytes),
    Command: words === undefined ? again : context.command(words),
  };
  return {
    file,
    absence: whyUnmade(entry),
    width,
    height,
    prompt,
    madeAt: beganAt(entry),
    again,
    facts: new Map(Object.entries(facts).flatMap(([name, text]) => (text ? [[name, text]] : []))),
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

export function isFailed({ ended }: Entry): boolean {
  return ended?.how === 'failed' || ended?.how === 'refused';
}
