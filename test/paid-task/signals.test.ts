import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import { has } from '../support/has.ts';
import { type AtEnd, bin, filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { answering, type Order, type Service, startService } from '../support/service.ts';
import { leftInRecord, picture } from './life.ts';
import { stallingAfter } from './misbehaviour.ts';

type Running = ReturnType<typeof run>;
const running = answering(200, { status: 'processing' });

async function setUp(atEnd: AtEnd): Promise<{ service: Service; machine: Machine }> {
  const service = await startService({ pictures: [picture] }, atEnd);
  return { service, machine: await newMachine(atEnd) };
}

/** The code that a shell sees: on a busy machine the signal itself may end the process before it has left. */
function codeOf({ exitCode, signal }: { exitCode?: number | undefined; signal?: NodeJS.Signals | undefined }) {
  return exitCode ?? (signal && 128 + constants.signals[signal]);
}

/** Runs `generate` and sends it a signal as soon as the service has a request of that kind. */
async function stopped(
  service: Service,
  machine: Machine,
  at: {
    kind: 'create' | 'look' | 'image';
    order: Order;
    signal: NodeJS.Signals;
    words?: readonly string[];
    times?: number;
  },
): Promise<{ exitCode: number | undefined; last: string; stdout: string }> {
  let child: Running | undefined;
  let sent = 0;
  const stop = (): void => {
    while (sent < (at.times ?? 1)) {
      child?.kill(at.signal);
      sent += 1;
    }
  };
  service.always(at.kind, (call, response, usual) => {
    at.order(call, response, usual);
    setTimeout(stop, 30); // what was answered has arrived
  });
  const words = ['generate', 'a mug', '--poll-interval', '20ms', '--base-url', service.url, ...(at.words ?? [])];
  child = run(machine, words);
  const ended = await child;
  const { stderr, stdout } = ended;
  return { exitCode: codeOf(ended), last: String(stderr).split('\n').at(-1) ?? '', stdout: String(stdout) };
}

/** The command that the last line names, as somebody pastes it. */
function pasted(last: string): string[] {
  const [, words = ''] = /Continue with: runapi-imagen (.*)$/.exec(last) ?? [];
  return words.split(' ');
}

test.concurrent.for<[NodeJS.Signals, number, 'create' | 'look' | 'image', Order, RegExp]>([
  ['SIGINT', 130, 'look', running, /^Stopped: task tsk_\w+ went on\. Continue with: runapi-imagen resume tsk_\w+$/],
  ['SIGTERM', 143, 'look', running, /^Stopped: task tsk_\w+ went on\. Continue with: runapi-imagen resume tsk_\w+$/],
  ['SIGHUP', 129, 'look', running, /^Stopped: task tsk_\w+ went on\. Continue with: runapi-imagen resume tsk_\w+$/],
  [
    'SIGINT',
    130,
    'image',
    stallingAfter(50_000),
    /^Stopped: task tsk_\w+ went on\. Continue with: runapi-imagen resume tsk_/,
  ],
  [
    'SIGTERM',
    143,
    'image',
    stallingAfter(0),
    /^Stopped: task tsk_\w+ went on\. Continue with: runapi-imagen resume tsk_/,
  ],
  [
    'SIGHUP',
    129,
    'create',
    stallingAfter(10),
    /^Stopped: a request may have been accepted\. Continue with: runapi-imagen resume$/,
  ],
  [
    'SIGINT',
    130,
    'create',
    () => undefined,
    /^Stopped: a request may have been accepted\. Continue with: runapi-imagen resume$/,
  ],
])(
  '%s exits %i at a %s, and the command that it names works',
  async ([signal, code, kind, order, said], { onTestFinished }) => {
    const { service, machine } = await setUp(onTestFinished);
    const { exitCode, last, stdout } = await stopped(service, machine, { kind, order, signal });
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(last).toMatch(said);
    expect(await filesIn(machine.folder)).toEqual([]);
    service.heal();
    const taken = await run(machine, [...pasted(last), '--poll-interval', '20ms']);
    expect([taken.exitCode, taken.stderr]).toEqual([0, expect.stringContaining('✔ a mug')]);
    expect(await filesIn(machine.folder)).toEqual([taken.stdout]);
    expect(service.tasks.size).toBe(1);
    expect(await leftInRecord(machine)).toEqual([]);
  },
);

test.concurrent('a second signal right behind the first, as npx sends it, changes nothing', async ({
  onTestFinished,
}) => {
  const { service, machine } = await setUp(onTestFinished);
  const at = { kind: 'image', order: stallingAfter(1000), signal: 'SIGINT', times: 2 } as const;
  const { exitCode, last } = await stopped(service, machine, at);
  expect([exitCode, last]).toEqual([130, expect.stringMatching(/^Stopped: task tsk_\w+ went on\. Continue with: /)]);
  expect(await filesIn(machine.folder)).toEqual([]);
});

test.concurrent('the same command after Ctrl-C takes the same task up, and pays nothing', async ({
  onTestFinished,
}) => {
  const { service, machine } = await setUp(onTestFinished);
  await stopped(service, machine, { kind: 'look', order: running, signal: 'SIGINT' });
  const [task] = service.tasks.values();
  service.heal();
  const words = ['generate', 'a mug', '--poll-interval', '20ms', '--base-url', service.url];
  const { exitCode, stderr, stdout } = await run(machine, words);
  expect([exitCode, service.tasks.size, service.count('create')]).toEqual([0, 1, 1]);
  expect(stderr).toContain(
    `Taking up task ${task?.id} of an interrupted run: it is not paid for again (--new buys another)`,
  );
  expect(await filesIn(machine.folder)).toEqual([stdout]);
});

test.concurrent('--new buys another, and the first one can still be had', async ({ onTestFinished }) => {
  const { service, machine } = await setUp(onTestFinished);
  await stopped(service, machine, { kind: 'look', order: running, signal: 'SIGINT' });
  service.heal();
  const words = ['generate', 'a mug', '--poll-interval', '20ms', '--base-url', service.url, '--new'];
  expect((await run(machine, words)).exitCode).toBe(0);
  expect((await run(machine, ['resume', '--poll-interval', '20ms'])).exitCode).toBe(0);
  expect([service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([2, 2]);
});

test.concurrent('of three pictures those that went on are all named, and one command takes them up', async ({
  onTestFinished,
}) => {
  const { service, machine } = await setUp(onTestFinished);
  const at = { kind: 'look', order: running, signal: 'SIGINT', words: ['-n', '3'] } as const;
  const { exitCode, last } = await stopped(service, machine, at);
  expect([exitCode, last]).toEqual([
    130,
    expect.stringMatching(/^Stopped: tasks tsk_\w+.* went on\. Continue with: runapi-imagen resume$/),
  ]);
  service.heal();
  const { exitCode: later, stdout } = await run(machine, ['resume', '--poll-interval', '20ms']);
  expect(later).toBe(0);
  const files = await filesIn(machine.folder);
  expect(stdout.split('\n').sort()).toEqual(files);
  expect(files).toHaveLength(service.tasks.size);
  expect(await leftInRecord(machine)).toEqual([]);
});

test.concurrent('a request that never left is closed, and not bought later', async ({ onTestFinished }) => {
  const machine = await newMachine(onTestFinished);
  let child: Running | undefined;
  // Takes connections and never speaks TLS: the request waits for it.
  const mute = createServer((socket) => {
    socket.on('error', () => undefined);
    setTimeout(() => child?.kill('SIGINT'), 100);
  });
  await new Promise<void>((listening) => mute.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void mute.close());
  const { port } = mute.address() as { port: number };
  child = run(machine, ['generate', 'a mug', '-n', '3', '--base-url', `https://127.0.0.1:${port}`]);
  const ended = await child;
  expect([codeOf(ended), String(ended.stderr).split('\n').at(-1)]).toEqual([130, 'Stopped: nothing new was bought']);
  const resumed = await run(machine, ['resume']);
  expect([resumed.exitCode, resumed.stderr]).toEqual([0, 'Nothing to resume: every task has ended']);
});

test.concurrent('a download that is interrupted names the command that goes on', { tags: ['slow'] }, async ({
  onTestFinished,
}) => {
  const { service, machine } = await setUp(onTestFinished);
  const words = ['generate', 'a mug', '--no-wait', '--base-url', service.url];
  const { stdout: id } = await run(machine, words);
  const elsewhere = await newMachine(onTestFinished); // where nobody knows of the task
  let child: Running | undefined;
  service.always('image', (call, response, usual) => {
    stallingAfter(1000)(call, response, usual);
    setTimeout(() => child?.kill('SIGINT'), 30);
  });
  service.always('other', answering(404, {}));
  child = run(elsewhere, ['download', String(id), '--wait', '--base-url', service.url]);
  const { stderr, ...ended } = await child;
  const exitCode = codeOf(ended);
  const last = String(stderr).split('\n').at(-1) ?? '';
  expect([exitCode, last]).toEqual([
    130,
    expect.stringContaining(`task ${id} went on. Continue with: runapi-imagen download ${id}`),
  ]);
  expect(await filesIn(elsewhere.folder)).toEqual([]);
  service.heal();
  service.always('other', answering(404, {}));
  expect((await run(elsewhere, pasted(last))).exitCode).toBe(0);
  expect(await filesIn(elsewhere.folder)).toHaveLength(1);
});

test.concurrent.for<[string, string]>([
  ['stdout is closed', '>&-'],
  ['stderr is closed', '2>&-'],
  ['both are closed', '>&- 2>&-'],
  ['all three are closed', '<&- >&- 2>&-'],
  ['nobody reads stdout', '| true'],
  ['nobody reads stderr', '2>&1 >/dev/null | true'],
])('no picture is lost where %s', { tags: ['slow'] }, async ([, redirection], { onTestFinished }) => {
  const { service, machine } = await setUp(onTestFinished);
  const words = `generate 'a mug' --poll-interval 20ms --base-url ${service.url}`;
  await execa('sh', ['-c', `"${process.execPath}" "${bin}" ${words} ${redirection}`], {
    cwd: machine.folder,
    env: machine.env,
    extendEnv: false,
  });
  const files = await filesIn(machine.folder);
  expect(files).toHaveLength(1);
  expect(await readFile(join(machine.folder, files[0] ?? ''))).toEqual(picture);
  expect([service.tasks.size, await leftInRecord(machine)]).toEqual([1, []]);
});

test.skipIf(!has('mkfifo')).concurrent.for<[NodeJS.Signals]>([['SIGINT'], ['SIGTERM']])(
  '%s ends it at once while a call to the file system hangs (needs mkfifo)',
  async ([signal], { onTestFinished }) => {
    const { service, machine } = await setUp(onTestFinished);
    const pipe = join(machine.home, 'pipe');
    const hang = join(machine.home, 'hang.mjs');
    await execa('mkfifo', [pipe]);
    const opening = `open(${JSON.stringify(pipe)}).catch(() => undefined)`;
    // A thread of Node's waits there for ever, as for a name look-up on a dead network or a file server that is gone.
    await writeFile(hang, `import { open } from 'node:fs/promises'; setTimeout(() => ${opening}, 300);`);
    service.always('look', running);
    const env = { ...machine.env, NODE_OPTIONS: `--import=${pathToFileURL(hang)}` };
    const words = ['generate', 'a mug', '--poll-interval', '50ms', '--base-url', service.url];
    const child = run(machine, words, { env });
    await vi.waitFor(() => expect(service.count('look')).toBeGreaterThan(10), { timeout: 20_000 });
    child.kill(signal);
    const ended = await child; // never, if it waited for that thread
    expect(ended.signal).toBe(signal); // which shells count as 130 or 143
    expect(String(ended.stderr).split('\n').at(-1)).toMatch(/^Stopped: task tsk_\w+ went on\. Continue with: /);
    service.heal();
    expect((await run(machine, ['resume', '--poll-interval', '20ms'])).exitCode).toBe(0);
    expect(service.count('create')).toBe(1);
  },
);
