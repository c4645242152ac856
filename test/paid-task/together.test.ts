/** @module-tag slow */
import { once } from 'node:events';
import { rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { beginUnending, crash } from '../support/crash.ts';
import { type AtEnd, filesIn, type Machine, newMachine, run } from '../support/program.ts';
import { answering, type Service, startService } from '../support/service.ts';
import { leftInRecord, picture } from './life.ts';

const running = answering(200, { status: 'processing' });
const quick = ['--poll-interval', '20ms'];
const patience = { timeout: 20_000 };

async function setUp(atEnd: AtEnd): Promise<{ service: Service; machine: Machine; generate: string[] }> {
  const service = await startService({ pictures: [picture] }, atEnd);
  const generate = ['generate', 'a mug', ...quick, '--base-url', service.url];
  return { service, machine: await newMachine(atEnd), generate };
}

test.concurrent('two resumes at once share the work without a double', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  for (let crashes = 0; crashes < 3; crashes++) await crash(service, machine, [...generate, '-n', '2', '--new'], 2);
  const both = await Promise.all([run(machine, ['resume', ...quick]), run(machine, ['resume', ...quick])]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const told = both.flatMap(({ stdout }) => String(stdout).split('\n').filter(Boolean));
  expect(told.sort()).toEqual(await filesIn(machine.folder));
  expect([told.length, service.tasks.size]).toEqual([6, 6]);
  expect(await leftInRecord(machine)).toEqual([]);
});

test.concurrent('a run whose process lives is left alone', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  const { child, whenAccepted } = beginUnending(service, machine, generate, 1);
  await whenAccepted;
  const [task] = service.tasks.values();
  const all = await run(machine, ['resume']);
  expect([all.exitCode, all.stderr]).toEqual([0, 'Nothing to resume: one run is still at work']);
  const one = await run(machine, ['resume', String(task?.id)]);
  expect([one.exitCode, one.stderr]).toEqual([
    4,
    `error: another process is at work on ${task?.id}\nLeave it to that process, or stop it first`,
  ]);
  const same = run(machine, generate); // somebody who wants the same buys it
  await expect.poll(() => service.tasks.size, patience).toBe(2);
  service.heal();
  expect([(await child).exitCode, (await same).exitCode]).toEqual([0, 0]);
  expect(await filesIn(machine.folder)).toHaveLength(2);
});

test.concurrent('of two that want the same after a crash one takes it up, and the other buys nothing meanwhile', async ({
  onTestFinished,
}) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  await crash(service, machine, generate, 1);
  const both = await Promise.all([run(machine, generate), run(machine, generate)]);
  expect(both.filter(({ stderr }) => String(stderr).includes('Taking up'))).toHaveLength(1);
  const bought = both.filter(({ exitCode }) => exitCode === 0).length; // the other may come when all is over
  expect([service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([bought, bought]);
  for (const { stderr, exitCode } of both)
    if (exitCode !== 0) expect(stderr).toContain('another process is finishing this picture');
});

test.concurrent('six at once that all want one name leave six whole files', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  const words = [...generate, '-o', 'mug.png'];
  const runs = await Promise.all(Array.from({ length: 6 }, () => run(machine, words)));
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(runs.map(({ stdout }) => stdout).sort()).toEqual(await filesIn(machine.folder));
  expect([service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([6, 6]);
});

test.concurrent('the same three again are those that were made and those that were not', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  const three = [...generate, '-n', '3'];
  const child = run(machine, three);
  service.always('look', (call, response, usual) => {
    const [, ...others] = service.tasks.values(); // the first one ends, the others don't
    if (others.includes(call.task as never)) running(call, response, usual);
    else usual();
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data'); // the first one is told: the record has it
  await expect.poll(() => service.tasks.size, patience).toBe(3);
  child.kill('SIGKILL');
  await child;
  service.heal();
  const { exitCode, stdout } = await run(machine, three);
  const files = await filesIn(machine.folder);
  expect([exitCode, String(stdout).split('\n').sort()]).toEqual([0, files]);
  expect([service.tasks.size, files.length, await leftInRecord(machine)]).toEqual([3, 3, []]);
});

test.concurrent('a container that was ended a moment ago is waited for rather than paid for again', async ({
  onTestFinished,
}) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  await crash(service, machine, generate, 1);
  const runs = join(machine.home, '.local/state/runapi-imagen/runs');
  const [name = ''] = await filesIn(runs);
  const elsewhere = join(runs, `${name.split('.')[0]}.1-1-bbbbbbbbbb.jsonl`);
  await rename(join(runs, name), elsewhere);
  await utimes(elsewhere, 0, Date.now() / 1000 - 38); // it counts as dead after 40 seconds
  const { exitCode, stderr } = await run(machine, generate);
  expect([exitCode, service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([0, 1, 1]);
  expect(stderr).toContain('Taking up task');
});

test.concurrent('what was let go is left alone, and fetched by its id or with --all', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  const first = await run(machine, [...generate, '--no-wait']);
  const second = await run(machine, [...generate, '--no-wait']);
  expect([first.exitCode, second.exitCode, service.tasks.size]).toEqual([0, 0, 2]);
  const none = await run(machine, ['resume']);
  expect([none.exitCode, none.stderr]).toEqual([
    0,
    'Nothing to resume; 2 tasks were let go with --no-wait (resume --all fetches them)',
  ]);
  expect((await run(machine, ['resume', '--all', '--sandbox'])).stderr).toBe('Nothing to resume: every task has ended');
  expect((await run(machine, ['resume', String(first.stdout), ...quick])).exitCode).toBe(0);
  expect(await filesIn(machine.folder)).toHaveLength(1);
  expect((await run(machine, ['resume', '--all', ...quick])).exitCode).toBe(0);
  expect([service.tasks.size, (await filesIn(machine.folder)).length]).toEqual([2, 2]);
  expect(await leftInRecord(machine)).toEqual([]);
});

test.concurrent('what is taken up goes where it is wanted now', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  await crash(service, machine, [...generate, '--dir', 'before'], 1);
  const { exitCode, stdout } = await run(machine, [...generate, '--dir', 'after']);
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^after\//)]);
  expect((await filesIn(machine.folder)).filter((name) => name.includes('.'))).toEqual([stdout]);
  expect(service.tasks.size).toBe(1);
});

test.concurrent('a picture for stdout that was interrupted is saved by resume', async ({ onTestFinished }) => {
  const { service, machine, generate } = await setUp(onTestFinished);
  await crash(service, machine, [...generate, '--output', '-'], 1);
  const { exitCode, stdout } = await run(machine, ['resume', ...quick]);
  expect([exitCode, await filesIn(machine.folder)]).toEqual([0, [stdout]]);
  expect(await leftInRecord(machine)).toEqual([]);
});

test.concurrent('a task of the sandbox outlives the process that its sandbox lived in', async ({ onTestFinished }) => {
  const machine = await newMachine(onTestFinished);
  const child = run(machine, ['generate', 'a mug [sandbox:slow]', '--sandbox']);
  child.stderr?.on('data', (text: Buffer) => {
    if (/processing/.test(String(text))) child.kill('SIGKILL');
  });
  await child;
  const again = run(machine, ['resume', '--timeout', '2s']);
  expect([(await again).exitCode, String((await again).stderr)]).toEqual([5, expect.stringContaining('not finished')]);
  const finished = run(machine, ['generate', 'a mug', '--sandbox']);
  finished.stderr?.on('data', (text: Buffer) => {
    if (/saving/.test(String(text))) finished.kill('SIGKILL');
  });
  await finished;
  const { exitCode, stdout } = await run(machine, ['generate', 'a mug', '--sandbox']);
  expect([exitCode, await filesIn(machine.folder)]).toEqual([0, [stdout]]);
});
