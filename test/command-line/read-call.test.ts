import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/command-line/read-call.ts';
import { Failure } from '../../src/errors.ts';

function program(): Command {
  const root = new Command('runapi-imagen').option('-V, --version');
  root
    .command('generate')
    .argument('[prompt...]')
    .option('-r, --ratio <w:h>')
    .option('--negative <text>')
    .option('--seed <n>')
    .option('-d, --dir <folder>')
    .option('-o, --output <path>')
    .option('--no-wait')
    .option('-q, --quiet')
    .option('--json')
    .option('--sandbox');
  root.command('status').argument('<task-id...>').option('--wait').option('--json');
  const config = root.command('config');
  config.command('get').argument('<name>').option('--json');
  config.command('set').argument('<name>').option('--json');
  return root;
}

function read(line: string | string[]) {
  return readCommandLine(typeof line === 'string' ? line.split(' ') : line, program());
}

describe('flags may stand anywhere', () => {
  test.each([
    ['generate a mug', 'generate -- a mug'],
    ['--json generate a mug', 'generate --json -- a mug'],
    ['--ratio 16:9 generate a mug', 'generate --ratio 16:9 -- a mug'],
    ['generate a --ratio 16:9 mug', 'generate --ratio 16:9 -- a mug'],
    ['generate --ratio=16:9 a', 'generate --ratio=16:9 -- a'],
    ['generate a -r16:9', 'generate -r 16:9 -- a'],
    ['generate -qd shots a', 'generate -q -d shots -- a'],
    ['-qdshots generate a', 'generate -q -d shots -- a'],
    ['generate a --seed -5', 'generate --seed -5 -- a'],
    ['generate a -5', 'generate -- a -5'],
    ['generate -', 'generate -- -'],
    ['generate a -o -', 'generate -o - -- a'],
    ['--json config get model', 'config get --json -- model'],
    ['config --json get model', 'config get --json -- model'],
    ['config get model --json', 'config get --json -- model'],
    ['generate --json -- --sandbox', 'generate --json -- --sandbox'],
    ['generate -- status', 'generate -- status'],
    ['generate a -- b', 'generate -- a b'],
    ['generate generate status', 'generate -- generate status'],
    ['generate a --negative=--sandbox', 'generate --negative=--sandbox -- a'],
    ['generate a --seed=', 'generate --seed= -- a'],
  ])('%s', (typed, ordered) => {
    expect(read(typed)).toEqual({ argv: ordered.split(' '), problems: [] });
  });

  test('a prompt keeps its spaces, newlines and quotes', () => {
    const prompt = ' a\n"mug"  --ratio 1:1 ';
    expect(read(['generate', prompt]).argv).toEqual(['generate', '--', prompt]);
  });
});

describe('help and version', () => {
  test.each([
    ['help', '--help'],
    ['--help', '--help'],
    ['-h', '--help'],
    ['help generate', 'generate --help'],
    ['generate help me', 'generate -- help me'],
    ['generate a --help', 'generate --help'],
    ['-h generate', 'generate --help'],
    ['help config set', 'config set --help'],
    ['config help', 'config --help'],
    ['config help set', 'config set --help'],
    ['config --help', 'config --help'],
    ['--version', '--version'],
    ['generate -V', '--version'],
    ['generate --ratoi --help', 'generate --help'],
  ])('%s', (typed, ordered) => {
    expect(read(typed)).toEqual({ argv: ordered.split(' '), problems: [] });
  });
});

describe('what is wrong with flags is told, all of it, and never becomes a part of the prompt', () => {
  test.each<[string, string[], string]>([
    ['generate a --ratoi 1:1', ['there is no flag --ratoi (did you mean --ratio?)'], 'generate -- a'],
    ['generate a --rat 1:1', ['there is no flag --rat (did you mean --ratio?)'], 'generate -- a'],
    ['--sedd 1 generate a', ['there is no flag --sedd (did you mean --seed?)'], 'generate -- a'],
    ['generate a --xyz', ['there is no flag --xyz'], 'generate -- a'],
    ['generate a -x', ['there is no flag -x'], 'generate -- a'],
    ['generate a -qx', ['there is no flag -x'], 'generate -q -- a'],
    ['generate a --wait', ['generate takes no --wait'], 'generate -- a'],
    ['status a --ratio 1:1', ['status takes no --ratio'], 'status -- a'],
    ['config get a --sandbox', ['config get takes no --sandbox'], 'config get -- a'],
    ['generate a --json=1', ['--json takes no value'], 'generate -- a'],
    ['generate a --ratio', ['--ratio needs a value: -r, --ratio <w:h>'], 'generate -- a'],
    [
      'generate a --negative --sandbox',
      ['--negative needs a value: --negative <text>'],
      'generate --sandbox -- a',
    ],
    [
      'generate a --negative --sandbx',
      ['--negative needs a value: --negative <text>', 'there is no flag --sandbx (did you mean --sandbox?)'],
      'generate -- a',
    ],
    ['generate a -o -d x', ['-o needs a value: -o, --output <path>'], 'generate -d x -- a'],
  ])('%s', (typed, problems, ordered) => {
    expect(read(typed)).toEqual({ argv: ordered.split(' '), problems });
  });

  test('a sentence that begins with a dash', () => {
    expect(read(['generate', '- a list'])).toEqual({
      argv: ['generate', '--', '- a list'],
      problems: ['"- a list" is no flag: put -- before a prompt that begins with -'],
    });
  });
});

describe('no command is guessed', () => {
  test.each([
    ['cat', 'there is no command "cat"'],
    ['genrate a mug', 'there is no command "genrate" (did you mean generate?)'],
    ['gen a mug', 'there is no command "gen" (did you mean generate?)'],
    ['GENERATE a mug', 'there is no command "GENERATE" (did you mean generate?)'],
    ['help cat', 'there is no command "cat"'],
    ['cat --help', 'there is no command "cat"'],
    ['config gte model', 'there is no command "config gte"'],
    ['config', 'config needs one of get, set'],
    ['--xyz 1 generate a', 'there is no flag --xyz; there is no command "1"'],
    ['--json', 'there is no command'],
    ['--json -- generate', 'there is no command'],
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
