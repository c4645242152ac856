import { createWriteStream } from 'node:fs';
import { appendFile, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../src/terminal/columns.ts';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { apartMs, firstAt, linesOf, remember } from '../../support/record.ts';
import { answering, startService } from '../../support/service.ts';
import { hasTerminal, runOnTerminal } from '../../support/terminal.ts';

const record = '.local/state/runapi-imagen';

async function listed(machine: Machine, ...flags: string[]): Promise<string[]> {
  const { stdout, exitCode } = await run(machine, ['history', ...flags]);
  expect(exitCode).toBe(0);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[3] ?? '');
}

test('lists what was made, newest first, with tabs between the columns', async () => {
  const machine = await newMachine();
  await remember(machine, [
    { prompt: 'a mug', sandbox: true },
    { prompt: 'two\nlines\tand a tab', model: 'imagen-4-fast', seed: 7 },
    { prompt: 'went wrong', how: 'failed', message: 'the task failed: no luck', cost: null },
  ]);
  const { stdout, stderr, exitCode } = await run(machine, ['history']);
  expect({ stdout: stdout.split('\n'), stderr, exitCode }).toEqual({
    stdout: [
      '2024-10-20T10:02:00.000Z\tfailed\timagen-4\twent wrong\ttsk_000002\t\tnot charged',
      '2024-10-20T10:01:00.000Z\tcompleted\timagen-4-fast\ttwo lines and a tab\ttsk_000001\t7\t$0.08\tpicture-1.png',
      '2024-10-20T10:00:00.000Z\tcompleted\timagen-4\ta mug\ttsk_000000\t\tsandbox\tpicture-0.png',
    ],
    stderr: '',
    exitCode: 0,
  });
});

test('prints the same objects as generate with --json', async () => {
  const service = await startService();
  const machine = await newMachine();
  const words = ['generate', 'a mug', '--ratio', '16:9', '--seed', '7', '--json', '--base-url', service.url];
  const made = JSON.parse((await run(machine, words)).stdout);
  const { stdout } = await run(machine, ['history', '--json']);
  const told = JSON.parse(stdout);
  expect(told).toEqual({ ...made, elapsed_ms: expect.any(Number) });
  expect(told.images[0].path).toMatch(/\.png$/);
});

test('tells why a task failed, was refused or is not finished', async () => {
  const machine = await newMachine();
  await remember(machine, [
    { how: 'failed', message: 'the task failed: no luck' },
    { how: 'refused', message: 'the prompt is too long', id: null },
    { how: 'expired', message: 'the picture is gone', file: null },
    { how: 'given-up', id: null },
  ]);
  await remember(
    machine,
    [
      { how: null, key: 'open', id: 'tsk_open' },
      { how: null, id: null, key: 'unsure' },
    ],
    'm0000001-bbbbbbbb',
  );
  const { stdout } = await run(machine, ['history', '--json']);
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  const told = Object.fromEntries(
    lines.map((line) => [line.task_id, [line.status, line.error?.code ?? null, line.resume]]),
  );
  expect(lines).toHaveLength(5); // what was given up before it was sent was never made
  expect(told).toEqual({
    tsk_000000: ['failed', 'task_failed', null],
    tsk_000002: ['failed', 'download', null],
    tsk_open: ['processing', null, 'runapi-imagen resume tsk_open'],
    null: expect.anything(),
  });
  expect(
    lines
      .filter(({ task_id }) => task_id === null)
      .map(({ status, resume }) => [status, resume])
      .sort(),
  ).toEqual([
    ['failed', null],
    ['pending', 'runapi-imagen resume'],
  ]);
});

test.each([
  [
    ['--search', 'FOX'],
    ['a fox at sea', 'Fox in snow'],
  ],
  [['--search', 'snow fox'], ['Fox in snow']],
  [['--search', 'tsk_000001'], ['a mug']],
  [['--search', 'picture-3'], ['a fox at sea']],
  [['--search', 'café'], ['cafe\u0301']],
  [['--model', 'ultra'], ['a mug']],
  [
    ['--model', 'fast,imagen-4-ultra'],
    ['cafe\u0301', 'a mug'],
  ],
  [['--state', 'failed'], ['no luck']],
  [
    ['--since', '2024-10-22'],
    ['no luck', 'a fox at sea'],
  ],
  [['--since', '2024-10-22', '--until', '2024-10-22'], ['a fox at sea']],
  [['--until', '2024-10-20T23:00Z'], ['Fox in snow']],
  [
    ['--limit', '2'],
    ['no luck', 'a fox at sea'],
  ],
  [['--limit', '1', '--search', 'fox'], ['a fox at sea']],
] as const)('filters with %j', async (flags, prompts) => {
  const machine = await newMachine();
  const day = 24 * 3_600_000;
  await remember(machine, [
    { prompt: 'Fox in snow' },
    { prompt: 'a mug', model: 'imagen-4-ultra', at: firstAt + day },
    { prompt: 'cafe\u0301', model: 'imagen-4-fast', at: firstAt + day + 1 },
    { prompt: 'a fox at sea', at: firstAt + 2 * day },
    { prompt: 'no luck', how: 'failed', at: firstAt + 3 * day },
  ]);
  machine.env.TZ = 'UTC';
  expect(await listed(machine, ...flags)).toEqual(prompts);
});

test('finds what is younger than an age', async () => {
  const machine = await newMachine();
  await remember(machine, [
    { prompt: 'old', at: Date.now() - 8 * 86_400_000 },
    { prompt: 'young', at: Date.now() - 3_600_000 },
  ]);
  expect(await listed(machine, '--since', '7d')).toEqual(['young']);
  expect(await listed(machine, '--until', '7d')).toEqual(['old']);
});

test('tells all that is wrong with the filters at once', async () => {
  const machine = await newMachine();
  const { stdout, stderr, exitCode } = await run(machine, [
    'history',
    '--state',
    'complete',
    '--since',
    'soon',
    '--limit',
    '0',
  ]);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 4 });
  expect(stderr).toBe(
    'error: Invalid --state "complete": use completed, failed, processing, pending, unfinished; did you mean completed? ' +
      'Invalid --since "soon": use a date such as 2026-11-20 or an age such as 7d or 12h. ' +
      'Invalid --limit "0": use a whole number from 1.\n' +
      '3 problems. --help lists the flags',
  );
});

test('says so where nothing was made, and still succeeds', async () => {
  const machine = await newMachine();
  const { stdout, stderr, exitCode } = await run(machine, ['history']);
  expect({ stdout, stderr, exitCode }).toEqual({
    stdout: '',
    stderr: 'No matching tasks on this machine',
    exitCode: 0,
  });
});

test('lists a task once that was downloaded again, with its newest files', async () => {
  const service = await startService();
  const machine = await newMachine();
  const base = ['--base-url', service.url];
  await run(machine, ['generate', 'a mug', ...base]);
  const [task] = [...service.tasks.values()];
  await run(machine, ['download', task?.id ?? '', '--dir', 'again', ...base]);
  const { stdout } = await run(machine, ['history']);
  expect(stdout.split('\n')).toHaveLength(1);
  expect(stdout.split('\t')[7]).toMatch(/^again\//);
  expect(await filesIn(join(machine.home, record, 'done'))).toHaveLength(2);
});

test('is not harmed by files that are broken', async () => {
  const machine = await newMachine();
  const path = await remember(machine, [{ prompt: 'good' }]);
  await appendFile(path, '{"event":"intended","key":"torn","at":17');
  const done = dirname(path);
  await writeFile(join(done, 'm1.4194300-1-0000000000.jsonl'), Buffer.from([0xff, 0xfe, 0, 1, 2, 10, 0x7b, 0x7d, 10]));
  await writeFile(join(done, 'm2.4194300-1-0000000000.jsonl'), '{"format":99}\n{"event":"intended","key":"k"}\n');
  await writeFile(join(done, 'm3.4194300-1-0000000000.jsonl'), linesOf({ at: 1e300, prompt: 'no date' }, 3, '/'));
  await mkdir(join(done, 'm4.4194300-1-0000000000.jsonl'));
  const { stdout, stderr, exitCode } = await run(machine, ['history']);
  expect(stdout.split('\n').map((line) => line.split('\t')[3])).toEqual(['good']);
  expect(stderr).toBe(
    [
      `warning: ${join(done, 'm4.4194300-1-0000000000.jsonl')} cannot be read (EISDIR): it is left out`,
      `warning: ${join(done, 'm2.4194300-1-0000000000.jsonl')} cannot be read (a later version wrote it): it is left out`,
    ].join('\n'),
  );
  expect(exitCode).toBe(0);
});

test('needs no more memory for 40,000 tasks where a few are asked for', {
  tags: ['slow'],
  timeout: 90_000,
}, async () => {
  const machine = await newMachine();
  const path = await remember(machine, []);
  const file = createWriteStream(path, { flags: 'a' });
  for (let at = 0; at < 40_000; at++) {
    const lines = linesOf(
      { prompt: `a fox, for the ${at}th time`, at: firstAt + at, how: 'kept', key: `k${at}` },
      at,
      '/',
    );
    if (!file.write(lines)) await new Promise<void>((resolve) => file.once('drain', resolve));
  }
  await new Promise<void>((resolve) => file.end(resolve));
  machine.env.NODE_OPTIONS = '--max-old-space-size=16';
  const { stdout, stderr, exitCode } = await run(machine, ['history', '--limit', '3']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout.split('\n').map((line) => line.split('\t')[3])).toEqual(
    [39_999, 39_998, 39_997].map((at) => `a fox, for the ${at}th time`),
  );
});

describe.skipIf(!hasTerminal)('on a terminal (needs script)', () => {
  const tasks = [
    { prompt: '커피 머그잔', seed: 7, cost: null },
    { prompt: 'a mug with a very long prompt that does not fit into the line at all', model: 'imagen-4-ultra' },
    { prompt: 'no luck', how: 'failed', message: 'the task failed: no luck', cost: null },
    { prompt: 'play', sandbox: true },
  ] as const;

  async function screenOf(columns: number, ...words: string[]): Promise<string[]> {
    const machine = await newMachine();
    await remember(machine, tasks);
    const size = { columns, rows: 24 };
    const { screen, exitCode } = await runOnTerminal(machine, ['history', '--no-color', ...words], { TZ: 'UTC' }, size);
    expect(exitCode).toBe(0);
    return screen.toString('utf8').trimEnd().split('\r\n');
  }

  test('the columns line up, wide letters too', async () => {
    expect(await screenOf(140)).toEqual([
      '✔ 1  2024-10-20 10:03  imagen-4                sandbox       play                                       tsk_000003  picture-3.png',
      '✖ 2  2024-10-20 10:02  imagen-4                not charged   no luck                                    tsk_000002  the task failed: no luck',
      '✔ 3  2024-10-20 10:01  imagen-4-ultra          $0.08         a mug with a very long prompt that does…   tsk_000001  picture-1.png',
      '✔ 4  2024-10-20 10:00  imagen-4        seed 7  cost unknown  커피 머그잔                                tsk_000000  picture-0.png',
    ]);
  });

  test.each([30, 40, 80, 100])('nothing is wider than %d columns', async (columns) => {
    for (const line of await screenOf(columns)) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
  });

  test('a filter leaves the numbers that --again knows', async () => {
    expect((await screenOf(120, '--search', 'mug')).map((line) => line.slice(0, 3))).toEqual(['✔ 3']);
    expect((await screenOf(120, '--state', 'completed', '--limit', '2')).map((line) => line.slice(0, 3))).toEqual([
      '✔ 1',
      '✔ 3',
    ]);
  });
});

test.skipIf(!hasTerminal)('shows 50 on a terminal and says how to see more (needs script)', async () => {
  const machine = await newMachine();
  await remember(
    machine,
    Array.from({ length: 60 }, () => ({})),
  );
  const { screen } = await runOnTerminal(machine, ['history']);
  const lines = screen.toString('utf8').trim().split('\r\n');
  expect(lines).toHaveLength(51);
  expect(lines.at(-1)).toContain('runapi-imagen history --limit 200');
  expect((await run(machine, ['history'])).stdout.split('\n')).toHaveLength(60);
});

test('forgets finished tasks and nothing else', async () => {
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'done' }, { how: 'failed' }]);
  await remember(
    machine,
    [
      { prompt: 'done too', key: 'a' },
      { prompt: 'open', how: null, key: 'b', id: 'tsk_open' },
    ],
    'm0000001-bbbbbbbb',
  );
  const pictures = await filesIn(machine.folder);
  const refused = await run(machine, ['history', 'clear']);
  expect({ ...refused, stdout: refused.stdout, stderr: refused.stderr }).toMatchObject({
    stdout: '',
    stderr: 'error: history clear asks for confirmation, which needs a terminal: add --yes.\n--help lists the flags',
    exitCode: 4,
  });
  const { stdout, stderr, exitCode } = await run(machine, ['history', 'clear', '--yes', '--json']);
  expect({ stdout: JSON.parse(stdout), stderr, exitCode }).toEqual({
    stdout: { removed: 3, kept: { unfinished: 1, running: 0, not_downloaded: 0 } },
    stderr:
      'Deleted the records of 3 tasks; the pictures are kept\nKept 1 task that did not finish. To finish: runapi-imagen resume --all',
    exitCode: 0,
  });
  expect(await filesIn(machine.folder)).toEqual(pictures);
  expect(await listed(machine)).toEqual(['open']);
  const left = await filesIn(join(machine.home, record));
  expect(left.filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
  const kept = await readFile(join(machine.home, record, left.find((name) => name.endsWith('.jsonl')) ?? ''), 'utf8');
  expect(kept).not.toContain('done too');
});

test('can still finish what was unfinished when the rest was forgotten', async () => {
  const service = await startService();
  const machine = await newMachine();
  const base = ['--base-url', service.url];
  await run(machine, ['generate', 'a mug', '--no-wait', ...base]);
  await run(machine, ['generate', 'a fox', ...base]);
  expect((await run(machine, ['history', 'clear', '--yes'])).exitCode).toBe(0);
  const { stdout, exitCode } = await run(machine, ['resume', '--all', ...base]);
  expect({ files: stdout.split('\n').length, exitCode }).toEqual({ files: 1, exitCode: 0 });
  expect(service.tasks.size).toBe(2);
});

test.each([
  [
    ['--before', '2024-10-20T10:02Z'],
    ['three', 'two'],
  ],
  [
    ['--search', 'two'],
    ['three', 'one', 'zero'],
  ],
  [
    ['--model', 'fast'],
    ['two', 'one', 'zero'],
  ],
])('forgets only what %j chooses', async (flags, left) => {
  const machine = await newMachine();
  await remember(machine, [
    { prompt: 'zero' },
    { prompt: 'one' },
    { prompt: 'two' },
    { prompt: 'three', model: 'imagen-4-fast' },
  ]);
  await run(machine, ['history', 'clear', '--yes', ...flags]);
  expect(await listed(machine)).toEqual(left);
});

test('leaves the record of a run that goes on', async () => {
  const service = await startService();
  service.always('look', answering(200, { status: 'processing' }));
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'before' }]);
  const going = run(machine, ['generate', 'a mug', '--base-url', service.url]);
  await expect.poll(() => service.count('look'), { timeout: 10_000 }).toBeGreaterThan(0);
  const { stderr } = await run(machine, ['history', 'clear', '--yes']);
  expect(stderr).toBe('Deleted the records of 1 task; the pictures are kept\nKept 1 task of a run that is still going');
  expect(await listed(machine)).toEqual(['a mug']);
  going.kill('SIGINT');
  expect((await going).stderr).toContain('Continue with: runapi-imagen resume tsk_');
});

test('keeps a paid picture that nobody has downloaded yet', async () => {
  const machine = await newMachine();
  const at = Date.now() - 3_600_000;
  await remember(machine, [
    { how: 'kept', id: 'tsk_waiting', at },
    { how: 'kept', id: 'tsk_too_late' },
    { how: 'kept', id: 'tsk_saved', key: 'saved', at },
  ]);
  await remember(machine, [{ id: 'tsk_saved', key: 'saved', at }], 'm0000001-bbbbbbbb');
  const { stderr } = await run(machine, ['history', 'clear', '--yes']);
  expect(stderr).toBe(
    'Deleted the records of 2 tasks; the pictures are kept\nKept 1 task not downloaded yet. To save: runapi-imagen download tsk_waiting',
  );
  expect((await run(machine, ['history'])).stdout.split('\t')[4]).toBe('tsk_waiting');
});

test('warns that a forgotten batch would be made and paid for again', async () => {
  const machine = await newMachine();
  await remember(machine, [{ row: { batch: 'b', row: 1, key: 'k' } }]);
  const { stderr } = await run(machine, ['history', 'clear', '--yes']);
  expect(stderr).toContain('warning: some of them are batch rows');
});

test.skipIf(!hasTerminal).each([
  ['y\n', 0],
  ['n\n', 1],
  ['\n', 1],
])('asks on a terminal before it forgets: %j (needs script)', async (typed, left) => {
  const machine = await newMachine();
  await remember(machine, [{}]);
  const { screen } = await runOnTerminal(machine, ['history', 'clear'], {}, { columns: 80, rows: 24 }, typed);
  expect(screen.toString('utf8')).toContain('Delete the records of 1 task? The pictures are kept. [y/N]');
  expect(await listed(machine)).toHaveLength(left);
});

test('says so where the record cannot be changed', async () => {
  const machine = await newMachine();
  const path = await remember(machine, [{}]);
  if (process.getuid?.() === 0) return; // root may do everything
  await chmod(dirname(path), 0o500);
  const { exitCode, stderr } = await run(machine, ['history', 'clear', '--yes']);
  await chmod(dirname(path), 0o700);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('error:');
});

test('keeps the order of two runs that overlapped', async () => {
  const machine = await newMachine();
  await remember(machine, [{ prompt: 'first' }, { prompt: 'last', at: firstAt + 9 * apartMs }], 'm0000000-aaaaaaaa');
  await remember(machine, [{ prompt: 'between', key: 'other', at: firstAt + 5 * apartMs }], 'm0000001-bbbbbbbb');
  expect(await listed(machine)).toEqual(['last', 'between', 'first']);
  expect(await listed(machine, '--limit', '2')).toEqual(['last', 'between']);
});
