import type { NamingFlags, PictureFlags, Typed, WaitingFlags } from '../../command-line/flags.ts';
import { ownSourceReason } from '../../command-line/prepare-target.ts';
import { checkShowing } from '../../command-line/show-pictures.ts';
import { spendingSources } from '../../command-line/spending.ts';
import { type Difference, noteDifferences } from '../../command-line/tell-apart.ts';
import type { Context } from '../../context.ts';
import { Failure, noteProblem, tellAll } from '../../errors.ts';
import type { Server } from '../../journal/event.ts';
import { isObject } from '../../json.ts';
import type { Wanted } from '../../paid-task/engine.ts';
import { namePictures } from '../../paid-task/input-pictures.ts';
import { checkOptions, type ImageRequest, parseRequests } from '../../request/request.ts';
import { flagSource, namedSource, requestSource, settingSource } from '../../request/sources.ts';
import { parseTarget, type Target } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';
import { askedBefore, serverOf } from './again.ts';
import { readPicture, readPrompt } from './read-prompt.ts';

/** The flags of `generate`, as they were typed. */
export type GenerateFlags = PictureFlags &
  WaitingFlags &
  NamingFlags &
  Typed<'new' | 'preview' | 'open' | 'sandbox' | 'yes'> & { promptFile?: string; again?: string };

/** The checked input of `generate`. */
export interface Plan {
  server: Server;
  /** Each with what tells it from the others, for people. */
  pictures: Array<Wanted & Pick<Difference, 'label'>>;
  place: Omit<Target, 'index'>;
  wishes: Wishes;
}

/** Reads the flags and the prompt. Throws one `validation` failure that tells every problem. */
export async function readPlan(context: Context, words: readonly string[], flags: GenerateFlags): Promise<Plan> {
  const { engine, stored, world } = context;
  const problems: string[] = [];
  const note = (error: unknown): undefined => noteProblem(error, problems);
  const before = flags.again === undefined ? undefined : await askedBefore(context, flags.again).catch(note);
  const repeats = flags.again !== undefined && words.length === 0 && flags.promptFile === undefined;
  const prompt = repeats ? before?.request.prompt : await readPrompt(context, words, flags).catch(note);
  const asked = [
    namedSource({ 'The prompt': prompt }, { prompt: 'The prompt' }),
    flagSource(flags),
    before ? requestSource(before.request, `--again ${flags.again}`) : settingSource(stored.settings),
  ];
  for (const [name, path] of Object.entries(before?.inputs ?? {})) engine.known.pictures.set(name, path);
  const typedRequests = prompt === undefined ? checkOptions(asked, problems) : parseRequests(asked, problems);
  const around = { cwd: world.cwd, home: world.home, readStdin: () => readPicture(context) };
  const requests = typedRequests && (await namePictures(engine, around, typedRequests).catch(note));
  const typed = spendingSources(context, flags);
  const wishes = parseWishes(typed, problems);
  const place = parseTarget(typed, world, { count: requests?.length ?? 1, areNew: true }, problems);
  checkShowing(flags, place?.output ?? '', problems);
  const pictures = place && picturesOf(requests ?? [], place);
  // Each problem once: the requests of several models or seeds may have the same.
  problems.push(...new Set(pictures?.flatMap((picture) => ownSourceReason(engine, picture) ?? [])));
  const server = await serverOf(context, flags, before).catch(note);
  if (problems.length > 0 || !requests || !wishes || !pictures || !server) throw tellAll(problems);
  return { server, pictures, place, wishes };
}

/** Gives each request its place, with what tells it from the others. */
function picturesOf(requests: readonly ImageRequest[], place: Plan['place']): Plan['pictures'] {
  const differences = noteDifferences();
  const names = requests.map((request) => JSON.stringify(request));
  for (const [at, request] of requests.entries()) differences.note(request, names[at] ?? '');
  const counts = new Map<string, number>();
  return requests.map((request, at) => {
    const name = names[at] ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const { label, mark } = differences.of(request, name, counts.get(name) ?? 1);
    return { request, target: { ...place, index: at + 1, ...(mark !== undefined && { mark }) }, label };
  });
}

/** Names the setting where a model that is not sold comes from it. */
export function withModelSetting({ stored }: Context, { model, again }: GenerateFlags, error: unknown): unknown {
  const set = stored.settings.model;
  if (set === undefined || model !== undefined || again !== undefined || !(error instanceof Failure)) return error;
  const { details, hint } = error.facts;
  const isUnsold = isObject(details) && set.split(',').some((each) => each.trim() === (details.model ?? details.gone));
  if (!isUnsold) return error;
  const named = `${hint}. It is the setting model: the command config set model changes it`;
  return new Failure(error.code, error.message, { ...error.facts, hint: named, cause: error });
}
