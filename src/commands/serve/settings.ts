import { _default, exactOptional, object, string } from 'zod/mini';
import type { Typed, WaitingFlags } from '../../command-line/flags.ts';
import { parseFiles } from '../../command-line/prepare-target.ts';
import { spendingSources } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { parseFields } from '../../request/parse-fields.ts';
import { parseModels, wholeNumber } from '../../request/request.ts';
import { flagSource, namedSource } from '../../request/sources.ts';
import { parseWishes } from '../../request/wishes.ts';

type TextFlag = 'port' | 'host' | 'tokenFile' | 'maxPictures' | 'concurrency';

/** The flags of `serve`, as they were typed. */
export interface ServeFlags
  extends WaitingFlags,
    Typed<'dir' | 'output' | 'model' | 'sandbox'>,
    Partial<Record<TextFlag, string>> {
  alias?: string[];
  json?: boolean;
}

export type ServeSettings = ReturnType<typeof readServeSettings>;

/** What programs ask for that know OpenAI's models only. */
const openAiNames = ['gpt-image-1', 'gpt-image-1-mini', 'gpt-image-1.5', 'dall-e-2', 'dall-e-3'];

const ownFlags = object({
  port: _default(wholeNumber(0, 65_535), 4011),
  host: _default(string(), '127.0.0.1'),
  concurrency: _default(wholeNumber(1, 64), 8),
  maxPictures: exactOptional(wholeNumber(1, 1_000_000)),
});

/** Throws one `validation` failure that tells every problem of the flags. */
export function readServeSettings(context: Context, flags: ServeFlags) {
  const problems: string[] = [];
  const sources = spendingSources(context, flags);
  const parsed = parseFields(ownFlags, sources, problems);
  const wishes = parseWishes(sources, problems);
  const target = parseFiles(context, flagSource(flags), { count: 'many', areNew: true }, problems);
  if (flags.output === '-') problems.push('--output - is for one picture: name files');
  const [model = 'imagen-4', another] = parseModels(sources, problems) ?? []; // for requests that name none
  if (another) problems.push('--model takes one model here');
  /** By the name that a client asks for, in small letters. */
  const aliases = new Map(openAiNames.map((name) => [name, model]));
  for (const alias of flags.alias ?? []) {
    const [, name = '', wanted] = /^([^=]+)=(.+)$/.exec(alias.trim()) ?? [];
    if (name === '') problems.push(`Invalid --alias ${JSON.stringify(alias)}: use a pair such as gpt-image-1=imagen-4`);
    const [found] = parseModels([namedSource({ '--alias': wanted }, { model: '--alias' })], problems) ?? [];
    if (found) aliases.set(name.toLowerCase(), found);
  }
  if (problems.length > 0 || !parsed || !wishes || !target) throw tellAll(problems);
  return { ...parsed, model, aliases, wishes, target, ratio: context.stored.settings.ratio };
}
