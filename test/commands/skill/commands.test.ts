/** @module-tag slow */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { has } from '../../support/has.ts';
import { bin, filesIn, type Machine, newMachine, run } from '../../support/program.ts';
import { smallPng } from '../../support/service.ts';

/** A machine on whose PATH the program is, with a sandbox for its service. */
async function agentMachine(latencyMs = 100): Promise<Machine> {
  const sandbox = await startSandbox({ latencyMs, now: Date.now });
  onTestFinished(() => sandbox.close());
  const machine = await newMachine();
  const folder = join(machine.home, 'bin');
  await mkdir(folder);
  await writeFile(join(folder, 'runapi-imagen'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(join(folder, 'runapi-imagen'), 0o755);
  await writeFile(join(machine.folder, 'prompt.txt'), 'A harbour at dawn, "quiet"\n');
  machine.env.PATH = `${folder}:${machine.env.PATH}`;
  machine.env.RUNAPI_BASE_URL = sandbox.url;
  return machine;
}

async function skillText(machine: Machine): Promise<string> {
  const { stdout } = await run(machine, ['skill', 'install', '--print']);
  return String(stdout);
}

function commandsIn(text: string): string[] {
  return [...text.matchAll(/^```sh\n(.*?)\n```$/gms)].map(([, command = '']) => command);
}

function paste(machine: Machine, command: string) {
  const { folder: cwd, env } = machine;
  return execa('bash', ['-c', command], { cwd, env, extendEnv: false, reject: false, stdin: 'ignore' });
}

test.skipIf(!has('bash'))('the commands all work when pasted (needs bash)', async () => {
  const machine = await agentMachine();
  const commands = commandsIn(await skillText(machine));
  expect(commands.length).toBe(6);
  await writeFile(join(machine.folder, 'photo.png'), smallPng(200));
  for (const command of commands) {
    const { exitCode, stdout, stderr } = await paste(machine, command);
    expect(exitCode, `${command}\n${stderr}`).toBe(0);
    for (const line of stdout.split('\n').filter(Boolean)) expect(JSON.parse(line)).toMatchObject({});
  }
  expect(await filesIn(join(machine.folder, 'pictures'))).toHaveLength(3);
});

test.skipIf(!has('bash'))("the folder for Hermes' chats is that of its home (needs bash)", async () => {
  const machine = await agentMachine();
  const text = await skillText(machine);
  const [folder = ''] = /--dir "\$\{HERMES_HOME.*?"/.exec(text) ?? [];
  const [, generate = ''] = commandsIn(text);
  const { exitCode } = await paste(machine, generate.replace('--dir pictures', folder));
  expect(exitCode).toBe(0);
  expect(await filesIn(join(machine.home, '.hermes/cache/images'))).toHaveLength(1);
});

test.skipIf(!has('bash'))(
  'a prompt in the quoted lines reaches the service letter by letter (needs bash)',
  async () => {
    const machine = await agentMachine();
    const [, generate = ''] = commandsIn(await skillText(machine));
    const prompt = 'It\'s "$HOME", `id`, $(id), \\n, !! and 커피 ☕\n\n--new --json\n  indented';
    const command = generate.replace(/(<<'PROMPT'\n).*(\nPROMPT)$/s, (_, open, close) => open + prompt + close);
    const { stdout } = await paste(machine, command);
    expect(JSON.parse(stdout)).toMatchObject({ prompt, status: 'completed', error: null });
  },
);

test.skipIf(!has('bash'))('what ran out of time is finished by the command for it (needs bash)', async () => {
  const machine = await agentMachine(2000);
  const commands = commandsIn(await skillText(machine));
  const hasty = commands[1]?.replace('--timeout 170s', '--timeout 700ms') ?? '';
  const late = await paste(machine, hasty);
  expect(late.exitCode).toBe(5);
  expect(JSON.parse(late.stdout)).toMatchObject({ resume: expect.stringMatching(/^runapi-imagen resume( tsk_\w+)?$/) });
  const { stdout, exitCode } = await paste(machine, commands.at(-1) ?? '');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', images: [{ path: expect.any(String) }] });
});

test('every flag that the skill names is one', async () => {
  const machine = await newMachine();
  const text = await skillText(machine);
  const helps = await Promise.all(['generate', 'resume', 'doctor'].map((name) => run(machine, [name, '--help'])));
  const known = helps.map(({ stdout }) => stdout).join('\n');
  const flags = new Set(text.match(/--[a-z][a-z-]+/g));
  expect(flags.size).toBeGreaterThan(8);
  for (const flag of flags) expect(known).toContain(flag);
});
