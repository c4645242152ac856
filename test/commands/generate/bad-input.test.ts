import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';

/** What a stranger reads: whole, so that every word of it is looked at here. */
async function told(machine: Machine, words: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await run(machine, words);
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
  return stderr.split('\n');
}

const nothingSent = 'Nothing was sent. --help lists the flags';
const addresses = 'Use https; plain http is taken only for this machine (127.0.0.1, localhost)';
const lists = '--help lists the flags';
const commands = 'To make a picture: runapi-imagen generate "a mug". --help lists the commands';

/** What was typed, what is said of it, and what to do. */
const table: Array<[words: string[], problem: string, remedy: string]> = [
  [['generate', ''], 'The prompt is empty.', nothingSent],
  [['generate', ' \n '], 'The prompt is empty.', nothingSent],
  [
    ['generate'],
    'The prompt is empty: stdin holds nothing (Write it after the command: runapi-imagen generate "a mug").',
    nothingSent,
  ],
  [
    ['generate', 'x', '--ratio', '16:10'],
    'Invalid --ratio "16:10": imagen-4 supports 1:1, 16:9, 9:16, 3:4 and 4:3; the nearest is 16:9.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--ratio', 'auto'],
    'Invalid --ratio "auto": only imagen-4-fast supports auto; imagen-4 supports 1:1, 16:9, 9:16, 3:4 and 4:3.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--model', 'a model'],
    'Invalid --model "a model": use a name such as imagen-4; the command models lists all.',
    nothingSent,
  ],
  [['generate', 'x', '--seed', '1.5'], 'Invalid --seed "1.5": use an integer.', nothingSent],
  [['generate', 'x', '--seed', '1e3'], 'Invalid --seed "1e3": use an integer.', nothingSent],
  [
    ['generate', 'x', '--seed', '99999999999999999999'],
    'Invalid --seed "99999999999999999999": use an integer.',
    nothingSent,
  ],
  [['generate', 'x', '--count', '0'], 'Invalid --count "0": use a whole number from 1 to 1000.', nothingSent],
  [['generate', 'x', '--count', '1001'], 'Invalid --count "1001": use a whole number from 1 to 1000.', nothingSent],
  [['generate', 'x', '--timeout', 'soon'], 'Invalid --timeout "soon": use a duration such as 90s or 15m.', nothingSent],
  [
    ['generate', 'x', '--poll-interval', '0'],
    'Invalid --poll-interval "0": use a duration such as 2s or 500ms.',
    nothingSent,
  ],
  [['generate', 'x', '--max-bytes', 'big'], 'Invalid --max-bytes "big": use a size such as 20MB.', nothingSent],
  [
    ['generate', 'x', '--callback-url', 'ftp://x'],
    'Invalid --callback-url "ftp://x": use an http or https URL.',
    nothingSent,
  ],
  [['generate', 'x', '--negative', ''], '--negative is empty.', nothingSent],
  [
    ['generate', 'x', '--overwrite', '--skip-existing'],
    '--overwrite and --skip-existing cannot be used together.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--ratio', '1:1', '--aspect-ratio', '16:9'],
    '--ratio "1:1" and --aspect-ratio "16:9" are the same flag; use one of them.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--negative', 'a', '--negative-prompt', 'b'],
    '--negative "a" and --negative-prompt "b" are the same flag; use one of them.',
    nothingSent,
  ],
  [['generate', 'x', '--output', ''], '--output is empty.', nothingSent],
  [
    ['generate', 'x', '--ratio', '2:1'],
    'Invalid --ratio "2:1": imagen-4 supports 1:1, 16:9, 9:16, 3:4 and 4:3; the nearest is 16:9.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--seed', '7,8,7'],
    'Invalid --seed "7,8,7": 7 is given twice and would buy the same picture twice.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--model', 'fast,Imagen-4-Fast', '--seed', '7'],
    'Invalid --model "imagen-4-fast,imagen-4-fast": imagen-4-fast is given twice and would buy the same picture twice.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--model', 'fast,ultra', '--seed', '1,2,3', '--count', '200'],
    '1200 pictures are too many at once: the limit is 1000.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--skip-existing'],
    '--skip-existing would never skip a file named {prompt}-{task}.{ext}: {task} is new with each purchase. Name files without it, such as --output "{prompt}.{ext}".',
    nothingSent,
  ],
  [['generate', 'x', '--dir', ''], '--dir is empty.', nothingSent],
  [['generate', 'x', '--output', '-', '--count', '2'], '--output - takes one picture, not 2.', nothingSent],
  [['generate', 'x', '--output', '-', '--no-wait'], '--output - needs the picture: leave out --no-wait.', nothingSent],
  [
    ['generate', 'x', '--output', 'a.png', '--count', '2', '--overwrite'],
    '--overwrite would keep only one of 2 pictures: put {index} or {task} into --output.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--output', '{taks}'],
    'Invalid --output "{taks}": unknown word {taks}; did you mean {task}? The words are {prompt} {task} {model} {ratio} {seed} {index} {date} {ext}.',
    nothingSent,
  ],
  [
    ['generate', 'x', '--prompt-file', 'no.txt'],
    'The prompt is given twice, as words and with --prompt-file: leave one of them out.',
    nothingSent,
  ],
  [['generate', '--prompt-file', 'no.txt'], '--prompt-file no.txt cannot be read: there is no such file.', nothingSent],
  [['generate', '--prompt-file', '.'], '--prompt-file . cannot be read: it is a folder.', nothingSent],
  [['generate', 'x', '--ratoi', '16:9'], 'unknown flag --ratoi; did you mean --ratio?', nothingSent],
  [['generate', 'x', '--exit-status'], 'generate does not accept --exit-status.', nothingSent],
  [['generate', 'x', '--ratio'], '--ratio needs a value: -r, --ratio <w:h>.', nothingSent],
  [['generate', 'x', '--negative', '--sandbox'], '--negative needs a value: --negative <text>.', nothingSent],
  [['generate', '- a mug'], 'unknown flag "- a mug"; put -- before a prompt that begins with -.', nothingSent],
  [
    ['generate', 'x', '--base-url', 'runapi.ai'],
    '--base-url: "runapi.ai" is not a URL (Write it like https://runapi.ai).',
    nothingSent,
  ],
  [
    ['generate', 'x', '--base-url', 'http://runapi.ai'],
    `--base-url: http://runapi.ai is not safe for a key (${addresses}).`,
    nothingSent,
  ],
  [['status'], "missing required argument 'task-id'.", nothingSent],
  [
    ['status', '../../etc/passwd'],
    'invalid task id "../../etc/passwd": an id such as tsk_abc123 has only letters, digits, _ and -.',
    nothingSent,
  ],
  [
    ['download', 'a/b', '..'],
    'invalid task id "a/b", "..": an id such as tsk_abc123 has only letters, digits, _ and -.',
    nothingSent,
  ],
  [
    ['status', 'tsk_1', '--base-url', 'http://runapi.ai'],
    '--base-url: http://runapi.ai is not safe for a key',
    addresses,
  ],
  [['sandbox', '--port', '99999'], 'Invalid --port "99999": use a port from 0 to 65535.', lists],
  [['sandbox', '--fail-rate', '2'], 'Invalid --fail-rate "2": use a number from 0 to 1.', lists],
  [['cat'], 'unknown command "cat"', commands],
  [['a red fox in snow'], 'unknown command "a red fox in snow"', commands],
  [['genrate', 'a mug'], 'unknown command "genrate"; did you mean generate?', commands],
  [['gen', 'a mug'], 'unknown command "gen"; did you mean generate?', commands],
  [['help', 'cat'], 'unknown command "cat"', commands],
  [['config'], 'config needs a subcommand: get, set, unset, list, path', 'See runapi-imagen config --help'],
  [['config', 'lsit'], 'unknown command "config lsit"', 'The subcommands of config are get, set, unset, list, path'],
  [['--quiet'], 'no command given', commands],
  [['-v'], 'unknown flag -v; did you mean --version or --verbose?', '--help lists the commands and flags'],
  [['--verison'], 'unknown flag --verison; did you mean --version?', '--help lists the commands and flags'],
  [['config', 'path', 'x'], 'too many arguments. Expected 0 arguments but got 1.', lists],
];

test('two lines say what is wrong and what to do', async () => {
  const machine = await newMachine();
  const said = await pMap(table, async ([words]) => [words, await told(machine, words)], { concurrency: 4 });
  expect(said).toEqual(table.map(([words, problem, remedy]) => [words, [`error: ${problem}`, remedy]]));
});

test('every problem of a call is told at once, flags and values and prompt, and nothing is sent', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const words = [
    'generate',
    '--ratoi',
    '16:9',
    '--model',
    '?',
    '--seed',
    'x',
    '--dir',
    '',
    '--overwrite',
    '--skip-existing',
  ];
  const { exitCode, stdout, stderr } = await run(machine, [...words, '--timeout', '--json', '--base-url', service.url]);
  const details = [
    'unknown flag --ratoi; did you mean --ratio?',
    '--timeout needs a value: --timeout <duration>.',
    'The prompt is empty: stdin holds nothing (Write it after the command: runapi-imagen generate "a mug").',
    'Invalid --model "?": use a name such as imagen-4; the command models lists all.',
    'Invalid --seed "x": use an integer.',
    '--dir is empty.',
    '--overwrite and --skip-existing cannot be used together.',
  ];
  expect(exitCode).toBe(4);
  expect(stderr).toBe(`error: ${details.join(' ')}\n7 problems; nothing was sent. --help lists the flags`);
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'validation',
      message: details.join(' '),
      hint: '7 problems; nothing was sent. --help lists the flags',
      status: null,
      request_id: null,
      retryable: false,
      details,
    },
  });
  expect(service.calls).toEqual([]);
});

test('a mistake buys nothing and leaves nothing behind', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  for (const words of [['cat'], ['a red fox'], ['gen', 'a fox'], ['generate', 'a fox', '--sandbx']]) {
    expect((await run(machine, [...words, '--base-url', service.url])).exitCode).toBe(4);
  }
  expect(service.calls).toEqual([]);
  expect(await filesIn(machine.folder)).toEqual([]);
});

test('a prompt that is no text, or too long for one, is not sent', async () => {
  const machine = await newMachine();
  const latin = join(machine.folder, 'latin.txt');
  await writeFile(latin, Buffer.from([0xe9, 0x74, 0xe9]));
  expect(await told(machine, ['generate', '--prompt-file', latin])).toEqual([
    `error: --prompt-file ${latin} is not UTF-8 text (Save it as UTF-8).`,
    nothingSent,
  ]);
  const long = join(machine.folder, 'long.txt');
  await writeFile(long, 'a'.repeat(1024 * 1024 + 1));
  expect(await told(machine, ['generate', '--prompt-file', long])).toEqual([
    `error: --prompt-file ${long} is larger than 1 MB.`,
    nothingSent,
  ]);
  const { exitCode, stderr } = await run(machine, ['generate', '-'], { input: 'a'.repeat(2_000_000) });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 4,
    stderr: `error: stdin holds more than 1048576 bytes.\n${nothingSent}`,
  });
});

test('a folder that is a file, or cannot be made, is told before anything is paid', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'file'), '');
  await mkdir(join(machine.folder, 'folder'));
  const remedy = 'Name a folder that can be written with --dir';
  for (const [words, problem] of [
    [['--dir', 'file'], `${machine.folder}/file is a file, not a folder\nName another folder with --dir`],
    [['--output', 'file/a.png'], `${machine.folder}/file is a file, not a folder\nName another folder with --dir`],
    [['--dir', 'file/sub'], `cannot write ${machine.folder}/file/sub: a part of the path is a file\n${remedy}`],
    [['--dir', '/dev/null/x'], `cannot write /dev/null/x: a part of the path is a file\n${remedy}`],
    [['--dir', 'x'.repeat(300)], `cannot write ${machine.folder}/${'x'.repeat(300)}: the name is too long\n${remedy}`],
  ] as const) {
    const { exitCode, stdout, stderr } = await run(machine, ['generate', 'a mug', ...words, '--base-url', service.url]);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 9, stdout: '', stderr: `error: ${problem}` });
  }
  expect(service.calls).toEqual([]);
});
