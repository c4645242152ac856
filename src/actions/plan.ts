import type { Context } from '../context.ts';
import type { Target } from '../journal/event.ts';
import { noteProblem, tellAll } from '../problems.ts';
import { type ImageRequest, parseRequests } from '../task/request.ts';
import { readPrompt } from './read-prompt.ts';
import { type NamingFlags, readTarget } from './target.ts';
import { readWishes, type WaitingFlags } from './wishes.ts';
import type { Wishes } from './work.ts';

/** The flags of `generate`, as they were typed. */
export interface GenerateFlags extends WaitingFlags, NamingFlags {
  model?: string;
  ratio?: string;
  negative?: string;
  seed?: string;
  count?: string;
  promptFile?: string;
  callbackUrl?: string;
  new?: boolean;
  sandbox?: boolean;
}

/** What `generate` is going to do, checked. */
export interface Plan {
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
  const asked = await readPrompt(context, words, flags.promptFile).catch((error) =>
    noteProblem(error, problems),
  );
  const wanted = parseRequests(
    {
      prompt: asked ?? 'unknown',
      model: flags.model ?? settings.model ?? 'imagen-4',
      ratio: flags.ratio ?? settings.ratio,
      negative: flags.negative,
      seed: flags.seed,
      callbackUrl: flags.callbackUrl,
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
  const wishes = readWishes(flags, settings.timeout, problems);
  const target = readTarget(context, flags, requests.length, problems);
  if (problems.length > 0) throw tellAll(problems);
  return { requests, target, wishes };
}
