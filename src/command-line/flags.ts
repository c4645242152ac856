import type { Declaration, Flag } from './declaration.ts';

/** The flags that every command takes. */
export const globalFlags: readonly Flag[] = [
  ['--json', 'print JSON lines on stdout'],
  ['-q, --quiet', 'print nothing but errors on stderr'],
  ['--verbose', 'log each HTTP exchange on stderr, without the key'],
  ['--no-color', 'disable color'],
  ['--base-url <url>', 'address of the service', 'https://runapi.ai'],
];

export const helpFlag: Flag = ['-h, --help', 'print this help'];
export const versionFlag: Flag = ['-V, --version', 'print the version'];

/** The flags that several commands share. */
const shared = {
  model: [
    '-m, --model <name>',
    'a model of the command models, or fast, standard or ultra of Imagen 4; separate several with commas to make one task each',
    'imagen-4',
  ],
  ratio: ['-r, --ratio <w:h>', 'Imagen 4: 1:1, 16:9, 9:16, 3:4 or 4:3; auto with imagen-4-fast'],
  'aspect-ratio': ['--aspect-ratio <w:h>', 'same as --ratio'],
  negative: ['--negative <text>', 'what to avoid in the picture'],
  'negative-prompt': ['--negative-prompt <text>', 'same as --negative'],
  seed: ['--seed <n>', 'an integer; separate several with commas to make one task each'],
  image: ['--image <path|url|task:id>', 'a picture to make it from; with generate, - reads stdin; repeat for several'],
  resolution: ['--resolution <size>', 'resolution of the picture, such as 1k, 2k or 4k'],
  format: ['--format <name>', 'format of the picture, such as png or jpg'],
  quality: ['--quality <name>', 'quality of the picture, such as basic, high or ultra'],
  set: ['--set <key=value>', 'any other field of the model; repeat for several'],
  action: ['--action <name>', 'action of the service, such as remix_image', "the model's own"],
  count: ['-n, --count <n>', 'number of pictures to make of each request', '1'],
  output: [
    '-o, --output <path>',
    'file, name template, or - for stdout',
    '{prompt}-{task}.{ext}, with model, seed or number where these vary',
  ],
  dir: ['-d, --dir <folder>', 'folder to save in, created if missing', '.'],
  overwrite: ['--overwrite', 'overwrite an existing file instead of choosing a free name'],
  'skip-existing': ['--skip-existing', 'skip a picture whose file already exists'],
  new: ['--new', 'buy new pictures instead of continuing an earlier run'],
  wait: ['--wait', 'wait until each task ends'],
  'no-wait': ['--no-wait', 'submit, print the task ids and exit'],
  'no-download': ['--no-download', 'wait, print the URLs and save nothing'],
  timeout: ['--timeout <duration>', 'stop waiting after this long, such as 90s or 15m', '15m'],
  'poll-interval': ['--poll-interval <duration>', 'poll at a fixed interval, such as 2s', 'adaptive'],
  'callback-url': ['--callback-url <url>', 'URL that the service calls when a task ends'],
  sidecar: ['--sidecar', 'save a JSON file with request, task and cost beside each picture'],
  embed: ['--embed', 'write prompt, model, seed and task into each PNG, JPEG and WebP; --again reads them'],
  preview: ['--preview', 'show each picture in the terminal'],
  open: ['--open', "open each picture in the system's viewer"],
  'max-bytes': ['--max-bytes <size>', 'refuse a picture larger than this, such as 20MB', '256MB'],
  'max-cost': ['--max-cost <usd>', 'spend at most this many US dollars, at live prices (also RUNAPI_IMAGEN_MAX_COST)'],
  yes: ['--yes', 'do not ask before buying more than 20 pictures or 2 dollars'],
  'no-record': ['--no-record', 'keep no record on disk: interrupted work cannot be resumed'],
  sandbox: ['--sandbox', 'use the built-in sandbox: no key, no cost'],
  limit: ['--limit <n>', 'only the newest n tasks', 'all'],
  search: ['--search <text>', 'only tasks with these words in the prompt, task id or file name'],
  'of-model': ['-m, --model <name>', 'only tasks of this model; separate several with commas'],
  state: ['--state <name>', 'only completed, failed, processing, pending or unfinished tasks'],
  since: ['--since <time>', 'only tasks since a date or age, such as 2026-11-20, 7d or 12h'],
  until: ['--until <time>', 'only tasks until a date or age'],
  batch: ['--batch <file>', 'only tasks of this batch file'],
} as const satisfies Record<string, Flag>;

export type SharedFlag = keyof typeof shared;

type KeyOf<Name extends string> = Name extends `no-${infer Rest}`
  ? Rest
  : Name extends `${infer Head}-${infer Tail}`
    ? `${Head}${Capitalize<KeyOf<Tail>>}`
    : Name;
type ValueOf<Name extends SharedFlag> = Name extends 'image' | 'set'
  ? string[]
  : (typeof shared)[Name][0] extends `${string}<${string}`
    ? string
    : boolean;

/** The values of shared flags, as they were typed. */
export type Typed<Names extends SharedFlag> = { [Name in Names as KeyOf<Name>]?: ValueOf<Name> };

/** Tells whether a flag may be given several times. */
export function isRepeatable(written: string): boolean {
  return /^--(image|set|alias) /.test(written);
}

/** Flags with a second name. */
export const aliases = [
  ['--ratio', '--aspect-ratio'],
  ['--negative', '--negative-prompt'],
] as const;

/** Every flag that a command takes. */
export function flagsOf({ flags = [], run }: Declaration): Flag[] {
  return run ? [...flags, ...globalFlags] : [...flags];
}

export function withFlags(...names: readonly SharedFlag[]): Flag[] {
  return names.map((name) => shared[name]);
}

/** A shared flag where something else holds without it. */
export function withFallback(name: SharedFlag, fallback: string): Flag {
  const [written, about] = shared[name];
  return [written, about, fallback];
}

const pictureNames = [
  ...(['model', 'ratio', 'aspect-ratio', 'negative', 'negative-prompt', 'seed', 'count'] as const),
  ...(['image', 'resolution', 'format', 'quality', 'set', 'action'] as const),
] as const;

/** The flags about the picture itself. */
export const pictureFlags = withFlags(...pictureNames);
export type PictureFlags = Typed<(typeof pictureNames)[number] | 'callback-url'>;

/** The flags about waiting and saving. */
export type WaitingFlags = Typed<'timeout' | 'poll-interval' | 'max-bytes' | 'max-cost' | 'no-wait' | 'no-download'>;
export type NamingFlags = Typed<'output' | 'dir' | 'overwrite' | 'skip-existing' | 'sidecar' | 'embed'>;

/** The flags that choose among recorded tasks. */
export const filterFlags = withFlags('search', 'of-model', 'state', 'since', 'until', 'batch');
export type FilterFlags = Typed<'search' | 'model' | 'state' | 'since' | 'until' | 'batch'> & { before?: string };
