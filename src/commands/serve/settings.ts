import { exactOptional, object } from 'zod/mini';
import type { Typed, WaitingFlags } from '../../command-line/flags.ts';
import { limitSource } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { parseFields, textAs } from '../../request/parse-fields.ts';
import { parseModels, wholeNumberIn } from '../../request/request.ts';
import { flagSource, namedSource, settingSource } from '../../request/sources.ts';
import { parseTarget, type Target } from '../../request/target.ts';
import { parseWishes, type Wishes } from '../../request/wishes.ts';

/** The flags of `serve`, as they were typed. */
export interface ServeFlags extends WaitingFlags, Typed<'dir' | 'output' | 'model' | 'sandbox'> {
  port?: string;
  host?: string;
  tokenFile?: string;
  alias?: string[];
  maxPictures?: string;
  concurrency?: string;
  json?: boolean;
}

export interface ServeSettings {
  port: number;
  host: string;
  /** By the name that a client asks for, in small letters. */
  aliases: ReadonlyMap<string, string>;
  /** For requests that name none. */
  model: string;
  maxPictures: number | undefined;
  concurrency: number;
  wishes: Wishes;
  target: Target;
}

const defaultPort = 4011;
const usualConcurrency = 8;
const mostConcurrency = 64;
/** What programs ask for that know OpenAI's models only. */
const openAiNames = ['gpt-image-1', 'gpt-image-1-mini', 'gpt-image-1.5', 'dall-e-2', 'dall-e-3'];

const wholeNumber = (least: number, most: number) =>
  exactOptional(
    textAs(
      (typed) => (typed === '0' && least === 0 ? 0 : wholeNumberIn(typed, most)),
      `use a whole number from ${least} to ${most}`,
    ),
  );

const numbers = object({
  port: wholeNumber(0, 65_535),
  concurrency: wholeNumber(1, mostConcurrency),
  maxPictures: wholeNumber(1, 1_000_000),
});

/** Throws one `validation` failure that tells every problem of the flags. */
export function readServeSettings({ stored, world }: Context, flags: ServeFlags): ServeSettings {
  const problems: string[] = [];
  const { output: usual, ...settings } = stored.settings;
  const named = usual === '-' ? settings : { ...settings, output: usual };
  const sources = [flagSource(flags), limitSource(world.env), settingSource(named)];
  const parsed = parseFields(numbers, sources, problems);
  const wishes = parseWishes(sources, problems);
  const target = parseTarget(sources, world, { count: 'many', areNew: true }, problems);
  if (flags.output === '-') problems.push('--output - is for one picture: name files');
  const [model = 'imagen-4', another] = parseModels(sources, problems) ?? [];
  if (another) problems.push('--model takes one model here');
  const aliases = new Map<string, string>(openAiNames.map((name) => [name, model]));
  for (const alias of flags.alias ?? []) {
    const [, name = '', wanted = ''] = /^([^=]+)=(.+)$/.exec(alias.trim()) ?? [];
    if (name === '') problems.push(`Invalid --alias ${JSON.stringify(alias)}: use a pair such as gpt-image-1=imagen-4`);
    const [found] = (name && parseModels([namedSource({ '--alias': wanted }, { model: '--alias' })], problems)) || [];
    if (found) aliases.set(name.toLowerCase(), found);
  }
  if (problems.length > 0 || !parsed || !wishes || !target) throw tellAll(problems);
  const { port = defaultPort, concurrency = usualConcurrency, maxPictures } = parsed;
  const host = flags.host ?? '127.0.0.1';
  return { port, host, aliases, model, maxPictures, concurrency, wishes, target: { ...target, index: 1 } };
}
