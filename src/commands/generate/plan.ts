import { checkShowing, type ShowFlags } from '../../command-line/show-pictures.ts';
import { withLimit } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { noteProblem, tellAll } from '../../errors.ts';
import type { Server, Target } from '../../journal/event.ts';
import { type ImageRequest, parseRequests } from '../../request/request.ts';
import { type NamingFlags, readTarget } from '../../request/target.ts';
import { readWishes, type WaitingFlags, type Wishes } from '../../request/wishes.ts';
import { askedBefore, serverOf } from './again.ts';
import { readPrompt } from './read-prompt.ts';

/** The flags of `generate`, as they were typed. */
export interface GenerateFlags extends WaitingFlags, NamingFlags, ShowFlags {
  model?: string;
  ratio?: string;
  negative?: string;
  seed?: string;
  count?: string;
  promptFile?: string;
  again?: string;
  callbackUrl?: string;
  new?: boolean;
  sandbox?: boolean;
}

/** What `generate` is going to do, checked. */
export interface Plan {
  server: Server;
  requests: ImageRequest[];
  /** Without the index, which each picture gets. */
  target: Omit<Target, 'index'>;
  wishes: Wishes;
}

const mostTasks = 1000;

/** Reads the flags and the prompt. Throws one `validation` failure that tells every problem. */
export async function readPlan(
  context: Context,
  words: readonly string[],
  flags: GenerateFlags,
): Promise<Plan> {
  const { settings } = context.stored;
  const problems: string[] = [];
  const note = (error: unknown): undefined => noteProblem(error, problems);
  const before = flags.again === undefined ? undefined : await askedBefore(context, flags.again).catch(note);
  const repeated = flags.again !== undefined && words.length === 0 && flags.promptFile === undefined;
  const prompt = repeated
    ? before?.request.prompt
    : await readPrompt(context, words, flags.promptFile).catch(note);
  const usual = before?.request ?? { model: settings.model ?? 'imagen-4', aspectRatio: settings.ratio };
  const wanted = parseRequests(
    {
      prompt: prompt ?? 'unknown',
      model: flags.model ?? usual.model,
      ratio: flags.ratio ?? usual.aspectRatio,
      negative: flags.negative ?? before?.request.negativePrompt,
      seed: flags.seed ?? before?.request.seed?.toString(),
      callbackUrl: flags.callbackUrl ?? before?.request.callbackUrl,
    },
    problems,
  );
  const count = flags.count === undefined ? 1 : Number(flags.count);
  if (!Number.isInteger(count) || count < 1)
    problems.push(`--count ${JSON.stringify(flags.count)} is no whole number from 1`);
  const requests = Array.from(
    { length: Math.max(1, Math.min(count, mostTasks + 1)) || 1 },
    () => wanted,
  ).flat();
  if (requests.length > mostTasks) problems.push(`more than ${mostTasks} pictures at once: use batch`);
  const wishes = readWishes(withLimit(context, flags, problems), settings.timeout, problems);
  const target = readTarget(context, flags, requests.length, problems);
  checkShowing(flags, target.output, problems);
  const server = await serverOf(context, flags, before).catch(note);
  if (problems.length > 0 || !server) throw tellAll(problems);
  return { server, requests, target, wishes };
}
