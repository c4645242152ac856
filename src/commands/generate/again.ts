import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { newestSent } from '../../command-line/history-filter.ts';
import type { Context } from '../../context.ts';
import { readEmbedded } from '../../disk/embedded.ts';
import { readRegular } from '../../disk/examine.ts';
import { largestText } from '../../disk/read-text.ts';
import { Failure, invalid } from '../../errors.ts';
import { type Entry, filesOf } from '../../journal/entry.ts';
import type { SavedFile, Server } from '../../journal/event.ts';
import { isObject, parseJson } from '../../json.ts';
import { sidecarPath } from '../../paid-task/sidecar.ts';
import type { ImageRequest } from '../../request/request.ts';
import { isTaskId } from '../../task/task.ts';

/** An earlier request. */
export interface Before {
  /** Not checked yet where it comes from a sidecar. */
  request: Omit<ImageRequest, 'model'> & { model: string };
  /** Paths of its source pictures, by their names. */
  inputs?: Record<string, string> | undefined;
  /** Undefined where it was another machine that asked, at the service. */
  server: Server | undefined;
}

/**
 * Finds what `--again` names: a task of the record by its id, its number in the history, `last`, or its picture; or a
 * sidecar. Throws `validation` or `not_found`.
 */
export async function askedBefore(context: Context, typed: string): Promise<Before> {
  const path = resolve(context.world.cwd, typed);
  if (/\.json$/i.test(typed)) return await readSidecar(path, typed);
  const number = typed === 'last' ? 1 : /^\d{1,6}$/.test(typed) ? Number(typed) : 0;
  const entry =
    (await newest(context, ({ accepted }) => accepted?.id === typed)) ||
    (number > 0 && (await newestSent(context, { matches: () => true }, number))[number - 1]) ||
    (await byPicture(context, path));
  if (entry) return entry.intended;
  const sidecar = await readSidecar(sidecarPath(path), typed).catch(() => undefined);
  if (sidecar) return sidecar;
  const embedded = await readEmbedded(path).catch(() => undefined);
  if (embedded)
    return { request: embedded.request, server: embedded.sandbox ? { base: 'sandbox', sandbox: true } : undefined };
  const what = isTaskId(typed) ? 'task' : 'picture, and it has no sidecar and nothing embedded';
  throw new Failure('not_found', `--again ${typed}: this machine has no record of that ${what}`, {
    hint: `${context.command('history')} lists what it knows`,
  });
}

/** Finds the newest task at any server: --base-url names the server of the new request. */
async function newest(context: Context, matches: (entry: Entry) => boolean): Promise<Entry | undefined> {
  return (await newestSent(context, { matches }, 1))[0];
}

/** As many as --max-bytes allows unasked. */
const mostPictureBytes = 256 * 2 ** 20;

/** A picture that was moved is known by its bytes, one that was edited by its place. */
async function byPicture(context: Context, path: string): Promise<Entry | undefined> {
  const bytes = readRegular(path, mostPictureBytes);
  const sha256 = bytes && createHash('sha256').update(bytes).digest('hex');
  const holding = (test: (file: SavedFile) => boolean): Promise<Entry | undefined> =>
    newest(context, (entry) => filesOf(entry).some(test));
  return (sha256 && (await holding((file) => file.sha256 === sha256))) || (await holding((file) => file.path === path));
}

async function readSidecar(path: string, typed: string): Promise<Before> {
  const text = readRegular(path, largestText)?.toString();
  if (text === undefined) throw invalid(`--again ${typed} cannot be read; a sidecar has a name such as fox.png.json`);
  const told = parseJson(text);
  if (!isObject(told) || typeof told.prompt !== 'string' || typeof told.model !== 'string')
    throw invalid(`--again ${typed} is not a sidecar: it holds no prompt and model`);
  const { prompt, model, seed, sandbox, ...named } = told;
  const { aspect_ratio: aspectRatio, negative_prompt: negativePrompt, source_images: images } = named;
  const { resolution, format, quality, set, action } = named;
  const further = { aspectRatio, negativePrompt, seed, images, resolution, format, quality, set, action };
  const given = Object.entries(further).filter(([, value]) => value !== null && value !== undefined);
  return {
    request: { prompt, model, ...Object.fromEntries(given) },
    server: sandbox === true ? { base: 'sandbox', sandbox: true } : undefined,
  };
}

/**
 * Returns the server to ask: the one that a flag, the environment or a setting names, else the one of the task that is
 * repeated. A task of the sandbox is bought for real where there is a key, with a warning.
 */
export async function serverOf(
  context: Context,
  flags: { sandbox?: boolean },
  before: Before | undefined,
): Promise<Server> {
  const { world, stored, reporter } = context;
  const named = context.flags.baseUrl ?? (world.env.RUNAPI_BASE_URL || stored.settings.baseUrl);
  if (flags.sandbox || !before?.server) return await context.server(flags.sandbox === true);
  if (!before.server.sandbox) return named === undefined ? before.server : await context.server(false);
  if (named === undefined && (await context.credentials()).key === undefined) {
    reporter.note('There is no key: made in the sandbox again');
    return before.server;
  }
  reporter.warn('that task was made in the sandbox; this one is bought (--sandbox makes it there)');
  return await context.server(false);
}
