/** @module-tag slow */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { answering, smallPng, startService } from '../../support/service.ts';
import { hasTerminal, runOnTerminal } from '../../support/terminal.ts';

const manifest = 'pictures:\n  - {prompt: a fox, output: fox.png}\n  - {prompt: an owl, output: owl.png}\n';

async function locked() {
  const service = await startService();
  const machine = await newMachine();
  const file = (name: string): string => join(machine.folder, name);
  const make = (...flags: string[]) =>
    run(machine, ['batch', 'images.yaml', '--lock', '--base-url', service.url, '--poll-interval', '5ms', ...flags]);
  const check = (...flags: string[]) => run(machine, ['batch', 'images.yaml', '--check', ...flags]);
  await writeFile(file('images.yaml'), manifest);
  const first = await make();
  expect(first).toMatchObject({ exitCode: 0 });
  return { service, machine, file, make, check };
}

test('writes a line for each output, sorted, with what was bought', async () => {
  const { service, file } = await locked();
  const lines = (await readFile(file('images.lock.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const ids = [...service.tasks.values()].map(({ id }) => id).sort();
  expect(lines.map(({ task }) => task).sort()).toEqual(ids);
  expect(lines).toMatchObject(
    ['fox.png', 'owl.png'].map((output) => ({
      output,
      request: expect.stringMatching(/^[0-9a-f]{16}$/),
      server: service.url,
      sha256: createHash('sha256').update(service.picture).digest('hex'),
      bytes: service.picture.length,
      day: new Date().toISOString().slice(0, 10),
    })),
  );
});

test('the check of a shard without pictures finds nothing wrong', async () => {
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'images.yaml'), 'pictures:\n  - {prompt: a, output: a.png}\n');
  const told = [];
  for (const shard of ['1/3', '2/3', '3/3']) {
    const { stdout, stderr, exitCode } = await run(machine, ['batch', 'images.yaml', '--check', '--shard', shard]);
    told.push([exitCode, stdout === '' ? stderr : stdout]);
  }
  const nothing = [0, 'Check: 0 pictures are as locked'];
  expect(told).toEqual([[10, 'missing a  it is not in the lock'], nothing, nothing]);
});

test('a change that keeps size and time is found by --strict', async () => {
  const { machine, file, check } = await locked();
  const past = new Date(Date.now() - 60_000);
  for (const name of ['fox.png', 'owl.png']) await utimes(file(name), past, past);
  expect(await check()).toMatchObject({ stdout: '', stderr: 'Check: 2 pictures are as locked', exitCode: 0 });
  const bytes = await readFile(file('fox.png'));
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
  await writeFile(file('fox.png'), bytes);
  await utimes(file('fox.png'), past, past);
  expect(await check()).toMatchObject({ stdout: '', exitCode: 0 });
  expect(await check('--strict')).toMatchObject({
    stdout: 'edited  fox.png  it is not the file that was bought',
    stderr: 'Make what is stale or missing: runapi-imagen batch images.yaml --lock',
    exitCode: 10,
  });
  expect(
    await run({ ...machine, env: { PATH: machine.env.PATH as string } }, ['batch', 'images.yaml', '--check']),
  ).toMatchObject({ exitCode: 10 });
});

test('the mark of a merge conflict is told with its line; with the lines of both sides the right one counts', async () => {
  const { service, file, make, check } = await locked();
  const [fox = '', owl = ''] = (await readFile(file('images.lock.jsonl'), 'utf8')).trimEnd().split('\n');
  const other = fox.replace(/"request":"\w+"/, '"request":"0123456789abcdef"');
  await writeFile(file('images.lock.jsonl'), `<<<<<<< HEAD\n${fox}\n=======\n${other}\n>>>>>>> theirs\n${owl}\n`);
  expect(await check()).toMatchObject({
    stdout: '',
    stderr:
      'error: images.lock.jsonl line 1 is the mark of a merge conflict\nKeep the lines of both sides and delete the marks; the next run with --lock chooses among them',
    exitCode: 4,
  });
  await writeFile(file('images.lock.jsonl'), `${fox}\n${other}\n${owl}\n`);
  expect(await check()).toMatchObject({ exitCode: 0 });
  await appendFile(file('images.lock.jsonl'), '{"output":"../x.png"}\n');
  expect((await make()).stderr).toContain('images.lock.jsonl line 4 is not a line of a lock file');
  expect(service.tasks.size).toBe(2);
});

test('a file that nobody bought is never replaced unasked', async () => {
  const { service, file, make } = await locked();
  await writeFile(file('images.yaml'), `${manifest}  - {prompt: a mug, output: mug.png}\n`);
  await writeFile(file('mug.png'), 'mine');
  const { stderr, exitCode } = await make();
  expect(stderr).toContain('mug.png is there and not in the lock: left as it is; --overwrite replaces it');
  expect({ exitCode, mug: await readFile(file('mug.png'), 'utf8') }).toEqual({ exitCode: 10, mug: 'mine' });
  expect((await make('--overwrite')).exitCode).toBe(0);
  expect([await readFile(file('mug.png')), service.tasks.size]).toEqual([service.picture, 3]);
});

test('a prompt that is changed and changed back is fetched, not bought again', async () => {
  const { service, file, make, check } = await locked();
  await writeFile(file('images.yaml'), manifest.replace('a fox', 'a vixen'));
  expect((await make()).exitCode).toBe(0);
  await writeFile(file('images.yaml'), manifest);
  expect((await make()).exitCode).toBe(0);
  expect([service.tasks.size, (await check()).exitCode]).toEqual([3, 0]);
});

test('pictures under a new name are copied, or found where they were moved to, and not bought again', async () => {
  const { service, file, make, check } = await locked();
  await writeFile(file('images.yaml'), manifest.replace('fox.png', 'img/vixen.png').replace('owl.png', 'bird.png'));
  await rename(file('owl.png'), file('bird.png'));
  const { stderr, exitCode } = await make();
  expect(stderr).toContain('img/vixen.png was bought as fox.png for the same request');
  expect([exitCode, service.tasks.size, await readFile(file('img/vixen.png'))]).toEqual([0, 2, service.picture]);
  const unused = 'unused  fox.png  no entry makes it any more: delete the file, or add an entry';
  expect(await check()).toMatchObject({ stdout: unused, exitCode: 10 });
});

test('a picture of another server is not looked for here', async () => {
  const { service, file, make } = await locked();
  const lock = await readFile(file('images.lock.jsonl'), 'utf8');
  await writeFile(file('images.lock.jsonl'), lock.replaceAll(service.url, 'https://elsewhere.example'));
  const clone = await newMachine();
  const folder = { ...clone, folder: join(clone.folder, 'x') } satisfies Machine;
  await mkdir(folder.folder);
  for (const name of ['images.yaml', 'images.lock.jsonl'])
    await writeFile(join(folder.folder, name), await readFile(file(name)));
  const words = ['batch', 'images.yaml', '--lock', '--base-url', service.url, '--json'];
  const { stdout, exitCode } = await run(folder, words);
  expect(stdout.split('\n').map((line) => JSON.parse(line).error.message)).toEqual([
    expect.stringMatching(/^task tsk_\w+ was bought at https:\/\/elsewhere\.example, not at /),
    expect.stringMatching(/^task tsk_\w+ was bought at https:\/\/elsewhere\.example, not at /),
  ]);
  expect([exitCode, service.tasks.size, (await make()).exitCode]).toEqual([4, 2, 0]);
});

test.each([
  [['--lock', '--no-wait'], '--lock needs the pictures: leave out --no-wait'],
  [['--lock', '--refetch-missing', 'yes'], 'Invalid --refetch-missing "yes": use buy.'],
])('refuses %j', async (flags, message) => {
  const { make } = await locked();
  expect(await make(...flags)).toMatchObject({
    stdout: '',
    stderr: expect.stringContaining(`error: ${message}`),
    exitCode: 4,
  });
});

const jpeg = await readFile(join(import.meta.dirname, '../../fixtures/images/baseline.jpg'));

/** A repository with one entry, of which the service makes these pictures. */
async function several(...pictures: Buffer[]) {
  const service = await startService({ pictures });
  const machine = await newMachine();
  const file = (name: string): string => join(machine.folder, name);
  const write = (prompt: string) => writeFile(file('images.yaml'), `pictures: [{prompt: ${prompt}, output: fox.png}]`);
  await write('a fox');
  const words = ['batch', 'images.yaml', '--lock', '--base-url', service.url, '--poll-interval', '5ms'];
  const make = (...flags: string[]) => run(machine, [...words, ...flags]);
  const check = async () => (await run(machine, ['batch', 'images.yaml', '--check'])).stdout.split('\n');
  const lock = async () => (await readFile(file('images.lock.jsonl'), 'utf8')).trimEnd().split('\n');
  return { service, machine, file, write, make, check, lock, words };
}

test('each picture of a task has its line: fetched, checked and left alone by itself', async () => {
  const { service, file, write, make, check, lock } = await several(smallPng(1), smallPng(2), smallPng(3));
  await writeFile(file('fox-2.png'), 'mine');
  expect((await make()).exitCode).toBe(0);
  const lines = (await lock()).map((line) => JSON.parse(line));
  expect(lines.map(({ output, picture, of }) => [output, picture, of])).toEqual([
    ['fox-2-2.png', 2, 'fox'],
    ['fox-3.png', 3, 'fox'],
    ['fox.png', undefined, undefined],
  ]);
  const [second, third, first] = [smallPng(2), smallPng(3), smallPng(1)];
  expect(lines.map(({ sha256, bytes }) => [sha256, bytes])).toEqual(
    [second, third, first].map((picture) => [createHash('sha256').update(picture).digest('hex'), picture.length]),
  );
  expect([await check(), await readFile(file('fox-2.png'), 'utf8')]).toEqual([[''], 'mine']);
  await rm(file('fox-3.png'));
  await writeFile(file('fox.png'), 'retouched');
  expect(await check()).toEqual([
    'edited  fox.png  it is not the file that was bought',
    'missing fox-3.png  the file is gone',
  ]);
  const before = service.count('image');
  expect((await make()).exitCode).toBe(0);
  expect([service.count('image') - before, service.tasks.size]).toEqual([1, 1]);
  expect(await check()).toEqual(['edited  fox.png  it is not the file that was bought']);
  expect([await readFile(file('fox-3.png')), await readFile(file('fox.png'), 'utf8')]).toEqual([third, 'retouched']);
  await write('a vixen');
  expect(await make()).toMatchObject({ stderr: expect.stringContaining('fox.png was changed by hand'), exitCode: 10 });
  expect((await make('--overwrite')).exitCode).toBe(0);
  expect([await check(), service.tasks.size, await readFile(file('fox-2.png'), 'utf8')]).toEqual([[''], 2, 'mine']);
  expect(await readFile(file('fox.png'))).toEqual(first);
});

test('a picture in another format than its name says is one that is locked, and replaced', async () => {
  const { service, write, make, check, lock, machine } = await several(jpeg);
  expect((await make()).exitCode).toBe(0);
  await write('a vixen');
  expect(await check()).toEqual(['stale   fox.jpg  what is asked for has changed']);
  expect((await make()).exitCode).toBe(0);
  expect((await lock()).map((line) => JSON.parse(line).output)).toEqual(['fox.jpg']);
  expect([await check(), service.tasks.size, (await make()).exitCode]).toEqual([[''], 2, 0]);
  expect(await filesIn(machine.folder)).toEqual(['fox.jpg', 'images.lock.jsonl', 'images.yaml']);
});

test.skipIf(!hasTerminal)('asks at a terminal before it buys what is bought and gone (needs script)', async () => {
  const { service, machine, file, make, check, words } = await several(smallPng(1));
  expect((await make()).exitCode).toBe(0);
  const [first] = service.tasks.values();
  const gone = answering(410, { error: 'gone' });
  service.always('image', (call, response, usual) => (call.task === first ? gone : usual)(call, response, usual));
  await rm(file('fox.png'));
  const alone = await make();
  expect(alone).toMatchObject({ stdout: '', exitCode: 9 });
  expect(alone.stderr).toMatch(
    /fox is bought \(task tsk_\w+\) and cannot be fetched: --refetch-missing buy buys it again/,
  );
  const ask = (typed: string) => runOnTerminal(machine, words, {}, { columns: 200, rows: 24 }, typed);
  const question = 'Bought before, and the service no longer has it: fox. Buy it again at an unknown price? [y/N]';
  const no = await ask('n\n');
  expect([no.screen.toString(), no.exitCode, service.tasks.size]).toEqual([expect.stringContaining(question), 9, 1]);
  const yes = await ask('y\n');
  expect([yes.screen.toString(), yes.exitCode, service.tasks.size]).toEqual([expect.stringContaining(question), 0, 2]);
  expect(await check()).toEqual(['']);
});

test('an output outside of the folder of the lock file is refused', async () => {
  const { make, service } = await several(smallPng(1));
  expect(await make('--dir', '..')).toMatchObject({
    stderr: expect.stringContaining('the output ../fox is outside of the folder of the lock file'),
    exitCode: 4,
  });
  expect(service.calls).toEqual([]);
});

test('two hundred unchanged entries: no request, and what was hashed is remembered', async () => {
  const service = await startService({ runningLooks: 0 });
  const machine = await newMachine();
  const outputs = Array.from({ length: 200 }, (_, index) => `fox-${index}.png`);
  const entries = outputs.map((output) => `  - {prompt: ${output}, output: ${output}}\n`);
  await writeFile(join(machine.folder, 'images.yaml'), `pictures:\n${entries.join('')}`);
  const words = ['batch', 'images.yaml', '--base-url', service.url, '--poll-interval', '5ms', '--concurrency', '32'];
  expect((await run(machine, [...words, '--lock'])).exitCode).toBe(0);
  const [requests, past] = [service.calls.length, new Date(Date.now() - 60_000)];
  for (const output of outputs) await utimes(join(machine.folder, output), past, past);
  const checked = { stdout: '', stderr: 'Check: 200 pictures are as locked', exitCode: 0 };
  expect(await run(machine, [...words, '--check'])).toMatchObject(checked);
  const locks = join(machine.home, '.local/state/runapi-imagen/locks');
  const [memory = ''] = await filesIn(locks);
  expect(Object.keys(JSON.parse(await readFile(join(locks, memory), 'utf8')))).toHaveLength(200);
  const made = await run(machine, [...words, '--lock']);
  expect(made).toMatchObject({ stdout: '', stderr: expect.stringContaining('0 made · 200 made before'), exitCode: 0 });
  expect(service.calls).toHaveLength(requests);
});
