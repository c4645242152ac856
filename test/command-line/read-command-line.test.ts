import { describe, expect, test } from 'vitest';
import { readValues } from '../../src/command-line/commander.ts';
import type { Declaration, Flag } from '../../src/command-line/declaration.ts';
import { readCommandLine } from '../../src/command-line/read-command-line.ts';
import { Failure } from '../../src/errors.ts';

function command(name: string, flags: readonly string[]): Declaration {
  const words = [['[word...]', '']] as const;
  return { name, summary: name, words, flags: flags.map((written): Flag => [written, '']), run: async () => 0 };
}

const commands: readonly Declaration[] = [
  command('generate', [
    '-r, --ratio <w:h>',
    '--negative <text>',
    '--seed <n>',
    '-n, --count <n>',
    '-d, --dir <folder>',
    '-o, --output <path>',
    '--no-wait',
    '--sandbox',
  ]),
  command('status', ['--wait']),
  { name: 'config', summary: 'config', below: [command('get', []), command('set', [])] },
];

/** Reads a line: the command, the flags that were given and, behind `--`, the words. */
function read(line: string | string[]): { read: string; problems: string[] } {
  const { path, asksFor, values, problems } = valuesOf(typeof line === 'string' ? line.split(' ') : line);
  if (asksFor !== undefined) return { read: [...path, `(${asksFor})`].join(' '), problems };
  const given = Object.entries(values?.flags ?? {}).filter(([name, value]) => !isUsual(name, value));
  const flags = given.map(([name, value]) => (value === true ? `--${name}` : `--${name} ${value}`));
  return { read: [...path, ...flags, '--', ...(values?.words ?? []).flat()].join(' '), problems };
}

function valuesOf(typed: readonly string[], from = commands) {
  const line = readCommandLine(typed, from);
  return { ...line, values: line.command && readValues(line.command, line.argv, line.problems) };
}

/** Without `--no-wait` and `--no-color`. */
function isUsual(name: string, value: unknown): boolean {
  return ['wait', 'color'].includes(name) && value === true;
}

describe('flags may stand anywhere', () => {
  test.each([
    ['generate a mug', 'generate -- a mug'],
    ['--json generate a mug', 'generate --json -- a mug'],
    ['--ratio 16:9 generate a mug', 'generate --ratio 16:9 -- a mug'],
    ['generate a --ratio 16:9 mug', 'generate --ratio 16:9 -- a mug'],
    ['generate --ratio=16:9 a', 'generate --ratio 16:9 -- a'],
    ['generate a -r16:9', 'generate --ratio 16:9 -- a'],
    ['generate -qd shots a', 'generate --quiet --dir shots -- a'],
    ['-qdshots generate a', 'generate --quiet --dir shots -- a'],
    ['generate a --seed -5', 'generate --seed -5 -- a'],
    ['generate a -5', 'generate -- a -5'],
    ['generate -', 'generate -- -'],
    ['generate a -o -', 'generate --output - -- a'],
    ['--json config get model', 'config get --json -- model'],
    ['config --json get model', 'config get --json -- model'],
    ['config get model --json', 'config get --json -- model'],
    ['generate --json -- --sandbox', 'generate --json -- --sandbox'],
    ['generate -- status', 'generate -- status'],
    ['generate a -- b', 'generate -- a b'],
    ['generate generate status', 'generate -- generate status'],
    ['generate a --negative=--sandbox', 'generate --negative --sandbox -- a'],
    ['generate a --seed=', 'generate --seed  -- a'],
  ])('%s', (typed, ordered) => {
    expect(read(typed)).toEqual({ read: ordered, problems: [] });
  });

  test('a prompt keeps its spaces, newlines and quotes', () => {
    const prompt = ' a\n"mug"  --ratio 1:1 ';
    expect(valuesOf(['generate', prompt]).values?.words).toEqual([[prompt]]);
  });
});

describe('help and version', () => {
  test.each([
    ['help', '(help)'],
    ['--help', '(help)'],
    ['-h', '(help)'],
    ['help generate', 'generate (help)'],
    ['generate help me', 'generate -- help me'],
    ['generate a --help', 'generate (help)'],
    ['-h generate', 'generate (help)'],
    ['help config set', 'config set (help)'],
    ['config help', 'config (help)'],
    ['config help set', 'config set (help)'],
    ['config --help', 'config (help)'],
    ['--version', '(version)'],
    ['generate -V', 'generate (version)'],
    ['generate --ratoi --help', 'generate (help)'],
  ])('%s', (typed, ordered) => {
    expect(read(typed)).toEqual({ read: ordered, problems: [] });
  });
});

describe('what is wrong with flags is told, all of it, and never becomes a part of the prompt', () => {
  test.each<[string, string[], string]>([
    ['generate a --ratoi 1:1', ['unknown flag --ratoi; did you mean --ratio?'], 'generate -- a'],
    ['generate a --rat 1:1', ['unknown flag --rat; did you mean --ratio?'], 'generate -- a'],
    ['--sedd 1 generate a', ['unknown flag --sedd; did you mean --seed?'], 'generate -- a'],
    ['generate a --out x', ['unknown flag --out; did you mean --output?'], 'generate -- a'],
    ['generate a --num 3', ['unknown flag --num; did you mean --count?'], 'generate -- a'],
    ['generate a --n 3', ['unknown flag --n; did you mean --count?'], 'generate -- a'],
    ['generate a --size 2k', ['unknown flag --size; did you mean --ratio?'], 'generate -- a'],
    ['generate a --outdir x', ['unknown flag --outdir; did you mean --dir?'], 'generate -- a'],
    [
      'generate a --api-key x',
      ['there is no --api-key: set RUNAPI_API_KEY, or run config set api-key'],
      'generate -- a x',
    ],
    ['generate a -ratio 1:1', ['unknown flag -ratio; did you mean --ratio?'], 'generate -- a'],
    ['generate a -ratio=1:1', ['unknown flag -ratio; did you mean --ratio?'], 'generate -- a'],
    ['generate a --verison', ['unknown flag --verison; did you mean --version?'], 'generate -- a'],
    ['generate a -v', ['unknown flag -v; did you mean --version or --verbose?'], 'generate -- a'],
    ['status a --num 3', ['unknown flag --num'], 'status -- a'],
    ['generate a --xyz', ['unknown flag --xyz'], 'generate -- a'],
    ['generate a -x', ['unknown flag -x'], 'generate -- a'],
    ['generate a -qx', ['unknown flag -x'], 'generate --quiet -- a'],
    ['generate a --wait', ['generate does not accept --wait'], 'generate -- a'],
    ['status a --ratio 1:1', ['status does not accept --ratio'], 'status -- a'],
    ['config get a --sandbox', ['config get does not accept --sandbox'], 'config get -- a'],
    ['generate a --json=1', ['--json takes no value'], 'generate -- a'],
    ['generate a --ratio', ['--ratio needs a value: -r, --ratio <w:h>'], 'generate -- a'],
    ['generate a --negative --sandbox', ['--negative needs a value: --negative <text>'], 'generate --sandbox -- a'],
    [
      'generate a --negative --sandbx',
      ['--negative needs a value: --negative <text>', 'unknown flag --sandbx; did you mean --sandbox?'],
      'generate -- a',
    ],
    ['generate a -o -d x', ['-o needs a value: -o, --output <path>'], 'generate --dir x -- a'],
  ])('%s', (typed, problems, ordered) => {
    expect(read(typed)).toEqual({ read: ordered, problems });
  });

  test('a sentence that begins with a dash', () => {
    expect(read(['generate', '- a list'])).toEqual({
      read: 'generate -- - a list',
      problems: ['unknown flag "- a list"; put -- before a prompt that begins with -'],
    });
  });
});

describe('the words and flags that a command gets', () => {
  const words = [
    ['<name>', ''],
    ['[value]', ''],
  ] as const;
  const flags: Flag[] = [
    ['--image <path>', ''],
    ['--ratio <w:h>', ''],
    ['--aspect-ratio <w:h>', ''],
    ['--max-cost <usd>', ''],
    ['--no-wait', ''],
  ];
  const set: Declaration = { name: 'set', summary: '', words, flags, run: async () => 0 };
  const readSet = (line: string) => valuesOf(['set', ...line.split(' ')], [set]);

  test.each<[string, unknown]>([
    ['a --max-cost 1 --max-cost 2', { maxCost: '2' }],
    ['a --image x --image y', { image: ['x', 'y'] }],
    ['a --no-wait --json', { wait: false, json: true }],
    ['a --aspect-ratio 1:1', { ratio: '1:1', aspectRatio: '1:1' }],
  ])('%s', (line, given) => {
    expect(readSet(line)).toMatchObject({ problems: [], values: { words: ['a', undefined], flags: given } });
  });

  test('a flag that says no is said to be on where it is not given', () => {
    expect(readSet('a').values?.flags).toEqual({ wait: true, color: true });
  });

  test.each([
    ['--json', "missing required argument 'name'"],
    ['a b c', 'too many arguments. Expected 2 arguments but got 3.'],
  ])('%s', (line, problem) => {
    expect(readSet(line)).toMatchObject({ problems: [problem], values: undefined });
  });

  test('two values for two names of one flag', () => {
    const { problems } = readSet('a --ratio 1:1 --aspect-ratio 4:3');
    expect(problems).toEqual(['--ratio "1:1" and --aspect-ratio "4:3" are the same flag; use one of them']);
  });
});

describe('no command is guessed', () => {
  test.each([
    ['cat', 'unknown command "cat"'],
    ['genrate a mug', 'unknown command "genrate"; did you mean generate?'],
    ['gen a mug', 'unknown command "gen"; did you mean generate?'],
    ['GENERATE a mug', 'unknown command "GENERATE"; did you mean generate?'],
    ['help cat', 'unknown command "cat"'],
    ['cat --help', 'unknown command "cat"'],
    ['config gte model', 'unknown command "config gte"'],
    ['config', 'config needs a subcommand: get, set'],
    ['--xyz 1 generate a', 'unknown flag --xyz; unknown command "1"'],
    ['-v', 'unknown flag -v; did you mean --version or --verbose?'],
    ['--verison', 'unknown flag --verison; did you mean --version?'],
    ['--json', 'no command given'],
    ['--json -- generate', 'no command given'],
  ])('%s', (typed, message) => {
    const failure = thrownBy(() => read(typed));
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toHaveProperty('message', message);
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
