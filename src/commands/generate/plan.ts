import type { NamingFlags, PictureFlags, Typed, WaitingFlags } from '../../command-line/flags.ts';
import { ownSourceReason } from '../../command-line/own-source.ts';
import { checkShowing } from '../../command-line/show-pictures.ts';
import { spendingSources } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { Failure, noteProblem, tellAll } from '../../errors.ts';
import type { Server } from '../../journal/event.ts';
import { isObject } from '../../json.ts';
import { namePictures } from '../../paid-task/input-pictures.ts';
import { checkOptions, type ImageRequest, parseRequests } from '../../request/request.ts';
import { flagSource, namedSource, requestSource, settingSource } from '../../request/sources.ts';
import { parseTarget, type Target } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';
import { askedBefore, serverOf } from './again.ts';
import { readPicture, readPrompt } from './read-prompt.ts';

/** The flags of `generate`, as they were typed. */
export interface GenerateFlags
  extends PictureFlags,
    WaitingFlags,
    NamingFlags,
    Typed<'new' | 'preview' | 'open' | 'sandbox' | 'yes'> {
  promptFile?: string;
  again?: string;
}

/** The checked input of `generate`. */
export interface Plan {
  server: Server;
  requests: ImageRequest[];
  /** Without the index, which each picture gets. */
  target: Omit<Target, 'index'>;
  wishes: Wishes;
}

/** Reads the flags and the prompt. Throws one `validation` failure that tells every problem. */
export async function readPlan(context: Context, words: readonly string[], flags: GenerateFlags): Promise<Plan> {
  const { settings } = context.stored;
  const problems: string[] = [];
  const note = (error: unknown): undefined => noteProblem(error, problems);
  const before = flags.again === undefined ? undefined : await askedBefore(context, flags.again).catch(note);
  const repeats = flags.again !== undefined && words.length === 0 && flags.promptFile === undefined;
  const prompt = repeats ? before?.request.prompt : await readPrompt(context, words, flags).catch(note);
  const asked = [
    namedSource({ 'The prompt': prompt }, { prompt: 'The prompt' }),
    flagSource(flags),
    before ? requestSource(before.request, `--again ${flags.again}`) : settingSource(settings),
  ];
  for (const [name, path] of Object.entries(before?.inputs ?? {})) context.engine.known.pictures.set(name, path);
  const typedRequests = prompt === undefined ? checkOptions(asked, problems) : parseRequests(asked, problems);
  const place = { cwd: context.world.cwd, home: context.world.home, readStdin: () => readPicture(context) };
  const requests = typedRequests && (await namePictures(context.engine, place, typedRequests).catch(note));
  const typed = spendingSources(context, flags);
  const wishes = parseWishes(typed, problems);
  const pictures = { count: requests?.length ?? 1, areNew: true };
  const target = parseTarget(typed, context.world, pictures, problems);
  checkShowing(flags, target?.output ?? '', problems);
  if (target) problems.push(...ownSources(context, requests ?? [], target));
  const server = await serverOf(context, flags, before).catch(note);
  if (problems.length > 0 || !requests || !wishes || !target || !server) throw tellAll(problems);
  return { server, requests, target, wishes };
}

/** Each problem once: the requests of several models or seeds may have the same. */
function ownSources({ engine }: Context, requests: readonly ImageRequest[], target: Plan['target']): Set<string> {
  const reasons = requests.map((request, at) =>
    ownSourceReason(engine, { request, target: { ...target, index: at + 1 } }),
  );
  return new Set(reasons.filter((reason) => reason !== undefined));
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
