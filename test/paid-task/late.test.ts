/** @module-tag slow */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type AtEnd, filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { answering, type Service, startService } from '../support/service.ts';
import { leftInRecord, picture } from './life.ts';
import { saying } from './misbehaviour.ts';

const quick = ['--poll-interval', '20ms'];
const eightDaysMs = 8 * 24 * 3_600_000;
const nothing = [0, 'Nothing to resume: every task has ended'];

interface Late {
  service: Service;
  machine: Machine;
  generate: string[];
  /** The task that was accepted eight days ago. */
  id: string;
}

/** A run that was killed eight days ago, after its task was accepted or when the request had just left. */
async function setUp(atEnd: AtEnd, was: 'accepted' | 'sending'): Promise<Late> {
  const service = await startService({ pictures: [picture] }, atEnd);
  const machine = await newMachine(atEnd);
  const generate = ['generate', 'a mug', ...quick, '--base-url', service.url];
  const child = run(machine, generate);
  service.always('look', (call, response, usual) => {
    answering(200, { status: 'processing' })(call, response, usual);
    child.kill('SIGKILL');
  });
  await child;
  service.heal();
  const runs = join(machine.home, '.local/state/runapi-imagen/runs');
  const [name = ''] = await filesIn(runs);
  const all = (await readFile(join(runs, name), 'utf8')).split('\n');
  const lines = all.slice(0, all.findIndex((line) => line.includes(`"${was}"`)) + 1);
  await rm(join(runs, name));
  const aged = (_: string, name: string, at: string): string => `"${name}":${Number(at) - eightDaysMs}`;
  const then = lines.map((line) => line.replace(/"(at|servedAt)":(\d+)/g, aged));
  await writeFile(join(runs, name), `${then.join('\n')}\n`);
  const [task] = service.tasks.values();
  service.calls.length = 0;
  return { service, machine, generate, id: task?.id ?? '' };
}

test.concurrent('a request that never was answered is too old to be sent again unasked', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished, 'sending');
  for (const words of [['resume'], ['resume'], generate]) {
    const { exitCode, stderr } = await run(machine, words);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('resume --resend')]);
  }
  expect([service.calls, await filesIn(machine.folder)]).toEqual([[], []]);
  const asked = await run(machine, ['resume', '--resend', ...quick]);
  expect([asked.exitCode, service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([0, 1, 1]);
  const last = await run(machine, ['resume']);
  expect([last.exitCode, last.stderr]).toEqual(nothing);
});

test.concurrent('a task that the service has forgotten is told once and closed', async ({ onTestFinished }) => {
  const { service, machine, id } = await setUp(onTestFinished, 'accepted');
  service.tasks.clear();
  service.always('other', answering(404, {}));
  const first = await run(machine, ['resume']);
  expect([first.exitCode, first.stderr]).toEqual([4, expect.stringContaining(`has no task ${id}`)]);
  expect(first.stderr).not.toContain('Continue with');
  const second = await run(machine, ['resume']);
  expect([second.exitCode, second.stderr, await leftInRecord(machine)]).toEqual([...nothing, []]);
});

test.concurrent('a picture that is no longer there is told once and closed', async ({ onTestFinished }) => {
  const { service, machine } = await setUp(onTestFinished, 'accepted');
  service.always('image', saying(404));
  const first = await run(machine, ['resume', ...quick]);
  expect([first.exitCode, first.stderr]).toEqual([9, expect.stringContaining('the picture is no longer there')]);
  const second = await run(machine, ['resume']);
  expect([second.exitCode, second.stderr, await filesIn(machine.folder)]).toEqual([...nothing, []]);
});

test.concurrent('what the service still has is saved', async ({ onTestFinished }) => {
  const { service, machine } = await setUp(onTestFinished, 'accepted');
  const { exitCode, stdout } = await run(machine, ['resume', ...quick]);
  expect([exitCode, await filesIn(machine.folder), service.count('create')]).toEqual([0, [stdout], 0]);
});

test.concurrent('the same wish takes the old task up, however old it is by the clock of this machine', async ({
  onTestFinished,
}) => {
  const { service, machine, generate } = await setUp(onTestFinished, 'accepted');
  const { exitCode, stderr } = await run(machine, generate);
  expect([exitCode, service.tasks.size]).toEqual([0, 1]);
  expect(stderr).toContain('Taking up');
  expect(await filesIn(machine.folder)).toHaveLength(1);
});
