import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { has } from '../../support/has.ts';
import { bin, filesIn, newMachine, run } from '../../support/program.ts';
import { answering, json, startService } from '../../support/service.ts';

const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const promptOf = (body: string) => JSON.parse(body).prompt as string;

async function machineWith(name: string, text: string) {
  const machine = await newMachine();
  await writeFile(join(machine.folder, name), text);
  return machine;
}

test('makes a picture for each row, and prints them in order when it is run again', async () => {
  const service = await startService();
  const machine = await machineWith('rows.txt', 'a fox\nan owl\na whale\n');
  const words = ['batch', 'rows.txt', '--dir', 'out', '--poll-interval', '20ms', '--base-url', service.url];
  const first = await run(machine, words);
  expect(first.stderr).toContain('Batch: 3 made');
  expect(first.exitCode).toBe(0);
  expect(lines(first.stdout).sort()).toEqual((await filesIn(join(machine.folder, 'out'))).map((name) => `out/${name}`));
  const second = await run(machine, words);
  expect(second.stderr).toContain('0 made · 3 made before');
  expect(lines(second.stdout).map((path) => path.replace(/-\w{8}\.png$/, ''))).toEqual([
    'out/a-fox',
    'out/an-owl',
    'out/a-whale',
  ]);
  expect([second.exitCode, lines(second.stdout).sort()]).toEqual([0, lines(first.stdout).sort()]);
  expect(service.tasks.size).toBe(3);
});

test('makes only the new rows when the file has grown, and all with --new', async () => {
  const service = await startService();
  const machine = await machineWith('rows.txt', 'a fox\n');
  const words = ['batch', 'rows.txt', '--poll-interval', '20ms', '--base-url', service.url];
  await run(machine, words);
  await writeFile(join(machine.folder, 'rows.txt'), 'an owl\na fox\n');
  const grown = await run(machine, [...words, '--json']);
  const told = lines(grown.stdout).map((line) => JSON.parse(line));
  expect(told.sort((a, b) => a.row - b.row)).toMatchObject([
    { row: 1, prompt: 'an owl', reused: false },
    { row: 2, prompt: 'a fox', reused: true, images: [{ path: expect.stringContaining('a-fox') }] },
  ]);
  const fresh = await run(machine, [...words, '--new', '--no-wait']);
  expect([lines(fresh.stdout).length, fresh.exitCode]).toEqual([2, 0]);
  expect(fresh.stderr).toMatch(/^Batch: 2 submitted · .* · cost unknown$/m);
  expect(service.tasks.size).toBe(4);
});

test('buys nothing from a file that is not UTF-8, or from such a stdin', async () => {
  const service = await startService();
  const machine = await machineWith('rows.txt', '');
  const bytes = Buffer.from('\uFEFFa fox\r\nan owl\r\n', 'utf16le');
  await writeFile(join(machine.folder, 'rows.txt'), bytes);
  const told = (source: string) => ({
    exitCode: 4,
    stdout: '',
    stderr: `error: ${source} is UTF-16 text, not UTF-8\nSave it as UTF-8 (in Excel: CSV UTF-8)`,
  });
  const named = await run(machine, ['batch', 'rows.txt', '--base-url', service.url]);
  expect(named).toMatchObject(told('rows.txt'));
  const piped = await run(machine, ['batch', '-', '--base-url', service.url], { input: bytes });
  expect(piped).toMatchObject(told('stdin'));
  expect(service.calls).toEqual([]);
  expect((await filesIn(machine.home)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('tells wrong rows with their lines before anything is sent', async () => {
  const service = await startService();
  const machine = await machineWith('rows.jsonl', '{"prompt":"a fox"}\n{"prompt":"x","ratio":"7:1"}\nnope\n');
  const words = ['batch', 'rows.jsonl', '--poll-interval', '20ms', '--base-url', service.url];
  const refused = await run(machine, words);
  expect(refused.stderr.split('\n')).toEqual([
    'error: rows.jsonl: 2 rows are invalid',
    '  line 2: Invalid ratio "7:1": imagen-4 supports 1:1, 16:9, 9:16, 3:4 and 4:3; the nearest is 16:9.',
    '  line 3: not valid JSON.',
    'Nothing was sent. Correct the rows, or leave them out with --skip-invalid',
  ]);
  expect([refused.stdout, refused.exitCode, service.calls.length]).toEqual(['', 4, 0]);
  const without = await run(machine, [...words, '--skip-invalid']);
  expect([lines(without.stdout).length, without.exitCode, service.tasks.size]).toEqual([1, 0, 1]);
});

test('tells twenty problems, a line each, and how many more there are', async () => {
  const rows = Array.from({ length: 30 }, (_, n) => `{"prompt":"fox ${n}","seed":"x","n":0}\n`).join('');
  const machine = await machineWith('rows.jsonl', rows);
  const words = ['batch', 'rows.jsonl', '--sandbox', '--json'];
  const { stdout, stderr, exitCode } = await run(machine, words);
  const told = stderr.split('\n');
  expect([exitCode, told.length, told[0]]).toEqual([4, 23, 'error: rows.jsonl: 30 rows are invalid']);
  expect(told[1]).toBe('  line 1: Invalid seed "x": use an integer.');
  expect(told[2]).toBe('  line 1: Invalid n "0": use a whole number from 1 to 1000.');
  expect(told[21]).toBe('  and 40 more');
  expect(JSON.parse(stdout).error.details).toEqual(told.slice(1, 22).map((line) => line.trim()));
  const none = await run(machine, [...words, '--skip-invalid']);
  expect([none.exitCode, none.stderr.split('\n').at(-1)]).toEqual([4, 'No row is left to make']);
});

test('fills the columns of a row into --prompt, and buys nothing where one is missing', async () => {
  const service = await startService();
  const machine = await machineWith('rows.csv', 'Animal,place,prompt\nfox,snow,\nowl,,\nwhale,sea,a mug\n');
  const words = ['batch', 'rows.csv', '--poll-interval', '20ms', '--base-url', service.url, '--prompt'];
  const missing = await run(machine, [...words, 'a {animal} in {place}']);
  expect(missing.stderr).toContain('  line 3: no value for {place} of --prompt.');
  const unknown = await run(machine, [...words, 'a {anmal}']);
  expect(unknown.stderr).toContain(
    '  line 1: no column is named "anmal", which --prompt needs; the columns are "Animal", "place", "prompt".',
  );
  const torn = await run(machine, [...words, 'a {animal']);
  expect(torn.stderr).toContain('Invalid --prompt "a {animal": write {{ or }} for a literal brace.');
  expect([missing.exitCode, unknown.exitCode, torn.exitCode, service.calls.length]).toEqual([4, 4, 4, 0]);
  const made = await run(machine, [...words, 'a {ANIMAL}, {{red}}']);
  expect([made.exitCode, made.stderr.includes('Ignored columns: place')]).toEqual([0, true]);
  const asked = [...service.tasks.values()].map(({ body }) => promptOf(body));
  expect(asked.sort()).toEqual(['a fox, {red}', 'a mug', 'a owl, {red}']);
});

test.skipIf(!has('mkfifo'))(
  'says that it waits for a pipe that nobody writes to, and Ctrl-C ends it (needs mkfifo)',
  async () => {
    const machine = await newMachine();
    await execa('mkfifo', [join(machine.folder, 'rows')]);
    for (const words of [
      ['batch', 'rows'],
      ['generate', '--prompt-file', 'rows'],
    ]) {
      const running = run(machine, [...words, '--sandbox']);
      await new Promise((resolve) => running.stderr?.once('data', resolve));
      running.kill('SIGINT');
      const { signal, stderr } = await running;
      expect([signal, stderr.split('\n')[0]]).toEqual([
        'SIGINT', // nothing is to be tidied up: the signal itself ends it
        expect.stringMatching(/^Waiting for the (rows of|prompt on --prompt-file) rows$/),
      ]);
    }
  },
);

test('is the same batch under a link to its file', async () => {
  const service = await startService();
  const machine = await machineWith('rows.txt', 'a fox\n');
  await symlink('rows.txt', join(machine.folder, 'link.txt'));
  const words = ['--poll-interval', '20ms', '--base-url', service.url];
  const first = await run(machine, ['batch', 'rows.txt', ...words]);
  const again = await run(machine, ['batch', 'link.txt', ...words]);
  expect([again.exitCode, again.stdout, service.tasks.size]).toEqual([0, first.stdout, 1]);
  expect(again.stderr).toContain('0 made · 1 made before');
});

test('a leading ~ is the home folder in --dir and in a row, which must stay in the folder', async () => {
  const service = await startService();
  const machine = await machineWith('rows.jsonl', '{"prompt":"x","output":"~/shots/a.png"}\n');
  const words = ['batch', 'rows.jsonl', '--poll-interval', '20ms', '--base-url', service.url];
  const outside = await run(machine, words);
  expect(outside.stderr).toContain('Invalid output "~/shots/a.png": it leaves the folder; name a file in it.');
  const inside = await run(machine, [...words, '--dir=~/shots']);
  expect([inside.exitCode, inside.stdout]).toEqual([0, join(machine.home, 'shots/a.png')]);
  expect(await filesIn(machine.folder)).toEqual(['rows.jsonl']);
});

test('a row whose file can never be there is refused with --skip-existing', async () => {
  const machine = await machineWith('rows.jsonl', '{"prompt":"x","output":"a.png"}\n{"prompt":"y"}\n');
  const { exitCode, stderr } = await run(machine, ['batch', 'rows.jsonl', '--sandbox', '--skip-existing']);
  expect([exitCode, stderr.split('\n')[1]]).toEqual([
    4,
    '  line 2: --skip-existing would never skip a file named {prompt}-{task}.{ext}: {task} is new with each purchase. Name files without it, such as --output "{prompt}.{ext}".',
  ]);
});

test('goes on when one row fails, and tries it again with --retry-failed', async () => {
  const service = await startService();
  const machine = await machineWith('rows.txt', 'a fox\nbad\nan owl\n');
  let mended = false;
  service.always('create', (call, response, usual) => {
    if (!mended && promptOf(call.body) === 'bad') return json(response, 422, { error: 'no such thing' });
    usual();
  });
  const words = ['batch', 'rows.txt', '--poll-interval', '20ms', '--base-url', service.url];
  const first = await run(machine, words);
  expect(first.stderr).toContain('error: row 2: no such thing');
  expect([lines(first.stdout).length, first.exitCode]).toEqual([2, 10]);
  const second = await run(machine, words);
  expect(second.stderr).toContain('1 failed before');
  expect([lines(second.stdout).length, second.exitCode]).toEqual([2, 10]);
  mended = true;
  const third = await run(machine, [...words, '--retry-failed']);
  expect([lines(third.stdout).length, third.exitCode, service.tasks.size]).toEqual([3, 0, 3]);
});

test.each([
  ['from scratch', [], 'a fox\nan owl\na whale\n', 3],
  ['to try a failed row again', ['--retry-failed'], 'bad\n', 1],
])('buys no row twice when it is started twice %s', async (_, flags, rows, tasks) => {
  const service = await startService();
  const machine = await machineWith('rows.txt', rows);
  const words = ['batch', 'rows.txt', '--concurrency', '1', '--poll-interval', '20ms', '--base-url', service.url];
  if (flags.length > 0) {
    service.next('create', answering(422, { error: 'no such thing' }));
    expect((await run(machine, words)).exitCode).toBe(4);
  }
  service.always('look', (__, response) => json(response, 200, { status: 'processing' }));
  const first = run(machine, [...words, ...flags]);
  while (service.count('look') < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await run(machine, [...words, ...flags]);
  expect([second.exitCode, second.stdout, service.tasks.size]).toEqual([4, '', 1]);
  expect(second.stderr).toBe(
    'error: another process is at work on this batch\nNothing was bought. Leave it to that process, or stop it first',
  );
  service.heal();
  expect([(await first).exitCode, service.tasks.size]).toEqual([0, tasks]);
});

test.skipIf(!has('bash'))('reads a pipe that stands in for a file, once (needs bash)', async () => {
  const service = await startService();
  const machine = await machineWith('rows.txt', 'a fox\nan owl\n');
  const call = `"${process.execPath}" "${bin}" batch --poll-interval 20ms --base-url ${service.url}`;
  const script = `${call} <(cat rows.txt) && mkfifo pipe && { cat rows.txt > pipe & ${call} pipe --new; }`;
  const { exitCode, stdout, stderr } = await execa('bash', ['-c', script], {
    cwd: machine.folder,
    env: machine.env,
    extendEnv: false,
    reject: false,
  });
  expect([exitCode, lines(stdout).length, service.tasks.size, stderr]).toEqual([0, 4, 4, stderr]);
});

test.each([
  ['402', answering(402, { error: 'no credits' }), 3],
  ['401', answering(401, { error: 'no such key' }), 2],
])('stops all rows at a %s, and goes on with them when it is run again', async (_, order, code) => {
  const service = await startService();
  const machine = await machineWith('rows.txt', Array.from({ length: 30 }, (__, n) => `prompt ${n}\n`).join(''));
  service.always('create', order);
  const words = ['batch', 'rows.txt', '--concurrency', '4', '--poll-interval', '20ms', '--base-url', service.url];
  const stopped = await run(machine, words);
  expect(stopped.stderr).toContain('not begun');
  expect([stopped.stdout, stopped.exitCode]).toEqual(['', code === 0 ? 0 : stopped.exitCode]);
  expect([code, 10]).toContain(stopped.exitCode);
  expect(service.count('create')).toBeLessThanOrEqual(8);
  service.always('create', (__, ___, usual) => usual());
  const again = await run(machine, words);
  expect([lines(again.stdout).length, again.exitCode, service.tasks.size]).toEqual([30, 0, 30]);
});

test('makes one task for each model, seed and count of a row', async () => {
  const service = await startService();
  const machine = await machineWith('rows.csv', 'prompt,model,seed,id\na fox,"fast,ultra","1,2",fox\n');
  const { stdout, exitCode } = await run(machine, [
    'batch',
    'rows.csv',
    '-n',
    '2',
    '--json',
    '--base-url',
    service.url,
  ]);
  const made = lines(stdout).map((line) => JSON.parse(line));
  expect([made.length, exitCode, service.tasks.size]).toEqual([8, 0, 8]);
  expect(new Set(made.map(({ row, id }) => `${row} ${id}`))).toEqual(new Set(['1 fox']));
});

test('shares the rows out without a word between the shards', async () => {
  const service = await startService();
  const rows = Array.from({ length: 12 }, (_, n) => `prompt ${n}`);
  const machines = await Promise.all([1, 2, 3].map(() => machineWith('rows.txt', rows.join('\n'))));
  for (const [index, machine] of machines.entries()) {
    const { exitCode } = await run(machine, [
      'batch',
      'rows.txt',
      '--shard',
      `${index + 1}/3`,
      '--base-url',
      service.url,
    ]);
    expect(exitCode).toBe(0);
  }
  expect([...service.tasks.values()].map(({ body }) => promptOf(body)).sort()).toEqual([...rows].sort());
});

test('reads rows from stdin', async () => {
  const service = await startService();
  const machine = await newMachine();
  const { stdout, exitCode } = await run(
    machine,
    ['batch', '-', '--poll-interval', '20ms', '--base-url', service.url],
    { stdin: 'pipe', input: 'a fox\nan owl\n' },
  );
  expect([lines(stdout).length, exitCode]).toEqual([2, 0]);
});

test('slows down together under a rate limit, and loses no row', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await machineWith('rows.txt', Array.from({ length: 12 }, (_, n) => `prompt ${n}\n`).join(''));
  let allowed = 6;
  const timer = setInterval(() => {
    allowed = 6;
  }, 250);
  const limited = (_: unknown, response: Parameters<typeof json>[0], usual: () => void) => {
    allowed -= 1;
    if (allowed >= 0) return usual();
    json(response, 429, { error: 'too many' }, { 'retry-after': '0.25' });
  };
  service.always('create', limited);
  service.always('look', limited);
  const { stdout, exitCode } = await run(machine, [
    'batch',
    'rows.txt',
    '--concurrency',
    '12',
    '--base-url',
    service.url,
  ]);
  clearInterval(timer);
  expect([lines(stdout).length, exitCode, service.tasks.size]).toEqual([12, 0, 12]);
});

test('refuses a row that would leave the folder', async () => {
  const service = await startService();
  const machine = await machineWith('rows.jsonl', '{"prompt":"x","output":"../../etc/x.png"}\n');
  const { stderr, exitCode } = await run(machine, [
    'batch',
    'rows.jsonl',
    '--poll-interval',
    '20ms',
    '--base-url',
    service.url,
  ]);
  expect(stderr).toContain('line 1: Invalid output "../../etc/x.png": it leaves the folder; name a file in it.');
  expect([exitCode, service.calls.length]).toEqual([4, 0]);
});

test.each([
  [['missing.txt'], 'missing.txt cannot be read: there is no such file'],
  [['.'], '. is a folder, not a batch file'],
  [['rows.txt', '--shard', '4/3'], 'Invalid --shard "4/3": use a share such as 1/4, the first of four.'],
  [['rows.txt', '--concurrency', '65'], 'Invalid --concurrency "65": use a whole number from 1 to 64.'],
  [['empty.txt'], 'empty.txt holds no rows'],
])('refuses %j', async (words, problem) => {
  const service = await startService();
  const machine = await machineWith('rows.txt', 'a fox\n');
  await writeFile(join(machine.folder, 'empty.txt'), '\n\n');
  const { stdout, stderr, exitCode } = await run(machine, [
    'batch',
    ...words,
    '--poll-interval',
    '20ms',
    '--base-url',
    service.url,
  ]);
  expect(stderr).toContain(problem);
  expect([stdout, exitCode, service.calls.length]).toEqual(['', 4, 0]);
});

test('ends with 50 files and 50 charges when it is killed in the middle and run again', async () => {
  const service = await startService({ runningLooks: 2 });
  const machine = await machineWith('rows.txt', Array.from({ length: 50 }, (_, n) => `prompt ${n}\n`).join(''));
  const words = ['batch', 'rows.txt', '--dir', 'out', '--poll-interval', '20ms', '--base-url', service.url];
  const first = run(machine, words);
  while (service.count('image') < 12) await new Promise((resolve) => setTimeout(resolve, 5));
  first.kill('SIGKILL');
  await first;
  const second = await run(machine, words);
  expect(second.exitCode).toBe(0);
  expect((await filesIn(join(machine.folder, 'out'))).filter((name) => name.endsWith('.png')).length).toBe(50);
  expect(service.tasks.size).toBe(50);
});

test.each([
  ['.git/hooks/x.sh', 'git/hooks/x.sh.png'],
  ['-rf.png', 'rf.png'],
  ['CON.png', '_CON.png'],
  ['a.png:e.exe', 'a.png-e.exe.png'],
  ['x\u202egnp.exe', 'x-gnp.exe.png'],
  ['tagged\u{e0041}.png', 'tagged.png'],
  ['sub/./deep/../y.jpg', 'sub/deep/y.png'],
  ['{prompt}/{model}', 'p/imagen-4.png'],
])('the name %j in a row is %j in the folder', async (output, saved) => {
  const service = await startService({ runningLooks: 0 });
  const machine = await machineWith('rows.jsonl', `${JSON.stringify({ prompt: 'p', output })}\n`);
  const { exitCode } = await run(machine, ['batch', 'rows.jsonl', '--base-url', service.url]);
  const files = (await filesIn(machine.folder)).filter((name) => name.endsWith('.png'));
  expect([exitCode, files]).toEqual([0, [saved]]);
});

test.skipIf(process.platform === 'win32').each(['link/y.png', 'sub/link/y.png', 'sub/link/deeper/y.png'])(
  'no link in the folder leads the name %s out of it',
  async (output) => {
    const service = await startService({ runningLooks: 0 });
    const machine = await machineWith('rows.jsonl', `${JSON.stringify({ prompt: 'p', output })}\n`);
    const outside = join(machine.home, 'outside');
    await mkdir(outside);
    await mkdir(join(machine.folder, 'sub'));
    for (const link of ['link', 'sub/link']) await symlink(outside, join(machine.folder, link));
    const { exitCode } = await run(machine, ['batch', 'rows.jsonl', '--base-url', service.url]);
    expect([exitCode, await filesIn(outside)]).toEqual([0, []]);
    expect(await filesIn(machine.folder)).toContain('y.png');
  },
);
