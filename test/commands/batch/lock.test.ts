import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Machine, newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';

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

test('10,000 unchanged entries: no request, seconds and memory told', {
  timeout: 120_000,
  tags: ['slow'],
}, async () => {
  const machine = await newMachine();
  await mkdir(join(machine.folder, 'img'));
  const past = new Date(Date.now() - 60_000);
  const entries: string[] = [];
  const lines: string[] = [];
  for (let index = 0; index < 10_000; index++) {
    const output = `img/fox-${String(index).padStart(5, '0')}.png`;
    const bytes = Buffer.from(`picture ${index}`);
    await writeFile(join(machine.folder, output), bytes);
    await utimes(join(machine.folder, output), past, past);
    entries.push(`  - prompt: fox ${index}\n    output: ${output}\n`);
    const fields = [
      ['model', 'imagen-4'],
      ['prompt', `fox ${index}`],
    ];
    const request = createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 16);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    lines.push(
      JSON.stringify({
        output,
        request,
        server: 'https://runapi.ai',
        task: `tsk_${index}`,
        sha256,
        bytes: bytes.length,
        cost: null,
        day: '2026-11-26',
      }),
    );
  }
  await writeFile(join(machine.folder, 'images.yaml'), `pictures:\n${entries.join('')}`);
  await writeFile(join(machine.folder, 'images.lock.jsonl'), `${lines.join('\n')}\n`);
  const offline = ['--base-url', 'http://127.0.0.1:9'];
  const words = ['batch', 'images.yaml', '--check', ...offline];
  expect(await run(machine, words)).toMatchObject({
    stdout: '',
    stderr: 'Check: 10000 pictures are as locked',
    exitCode: 0,
  });
  const noted = {
    NODE_OPTIONS: `--import=data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))`,
  };
  const began = performance.now();
  const second = await run({ ...machine, env: { ...machine.env, ...noted } }, words);
  const seconds = (performance.now() - began) / 1000;
  const megabytes = Number(second.stderr.split('\n').at(-1)) / 1024;
  console.log(`10,000 unchanged entries: ${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB`);
  expect(second.exitCode).toBe(0);
  expect(megabytes).toBeLessThan(300);
  const made = await run(machine, ['batch', 'images.yaml', '--lock', ...offline]);
  expect(made).toMatchObject({ stdout: '', exitCode: 0 });
  expect(made.stderr).toContain('0 made · 10000 made before');
});
