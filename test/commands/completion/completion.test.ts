/** @module-tag slow */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { has } from '../../support/has.ts';
import { bin, type Machine, newMachine, run } from '../../support/program.ts';
import { startService } from '../../support/service.ts';

/** A machine on which the program is installed, so that shells find it by its name. */
async function installed(): Promise<Machine> {
  const machine = await newMachine();
  const path = `${machine.home}/bin`;
  await mkdir(path);
  const start = `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`;
  await writeFile(`${path}/runapi-imagen`, start, { mode: 0o755 });
  return { ...machine, env: { ...machine.env, PATH: `${path}:${machine.env.PATH}`, TERM: 'xterm' } };
}

/** What a shell offers for the end of a line. */
type Complete = (machine: Machine, line: string) => Promise<string[]>;

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function shell(machine: Machine, command: string, words: readonly string[]): Promise<string> {
  const { env, folder } = machine;
  const { stdout } = await execa(command, [...words], { cwd: folder, env, extendEnv: false, stdin: 'ignore' });
  return stdout;
}

/** As readline calls it; the part before the last colon stays on the line. */
const bash: Complete = async (machine, line) => {
  const script = `
    source <(runapi-imagen completion bash)
    COMP_LINE=$1 COMP_POINT=\${#1}
    _runapi_imagen runapi-imagen
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines(await shell(machine, 'bash', ['--norc', '-c', script, 'bash', line]));
};

/** At a terminal of zsh's own: the word is completed as far as it goes when Tab is pressed. */
const zsh: Complete = async (machine, line) => {
  const script = `
    zmodload zsh/zpty
    zpty inner zsh -f -i
    zpty -w inner 'PS1=; unsetopt zle_bracketed_paste; stty -echo; autoload -Uz compinit; compinit -u -D'
    zpty -w inner 'bindkey "^X" kill-whole-line; show() { print -r -- "<$BUFFER>"; BUFFER=; zle accept-line }; zle -N show; bindkey "^T" show'
    zpty -w inner 'source <(runapi-imagen completion zsh); print READ""Y' # not READY: its echo must not match
    zpty -r inner seen '*READY*'
    zpty -n -w inner "$1"$'\\t\\x14'
    zpty -r inner seen '*<*>*'
    print -r -- "\${\${seen##*<}%%>*}"`;
  const stdout = await shell(machine, 'zsh', ['-f', '-c', script, 'zsh', line]);
  const word = stdout.trimEnd().split(' ').at(-1) ?? '';
  return [word];
};

const fish: Complete = async (machine, line) => {
  const script = 'runapi-imagen completion fish | source; complete -C $argv[1]';
  const stdout = await shell(machine, 'fish', ['--no-config', '-c', script, '--', line]);
  return lines(stdout).map((each) => each.split('\t')[0] ?? '');
};

/** Each has but one end, which every shell finds. */
const unique = [
  ['a command', 'gen', 'generate'],
  ['a command below another', 'config un', 'unset'],
  ['a flag', 'generate --rat', '--ratio'],
  ['a flag behind a prompt that names a command', 'generate batch --prom', '--prompt-file'],
  ['a flag behind a flag with a value', 'generate -m status --prom', '--prompt-file'],
  ['a model', 'generate -m imagen-4-u', 'imagen-4-ultra'],
  ['a ratio', 'generate --ratio 16', '16:9'],
  ['a setting', 'config get ti', 'timeout'],
  ['a state of the history', 'history --state comp', 'completed'],
  ['an agent', 'skill install --target op', 'openclaw'],
  ['an agent of MCP', 'mcp --print-config curs', 'cursor'],
  ['a form of the API', 'sandbox --dialect ser', 'service'],
  ['a shell', 'completion power', 'powershell'],
] as const;

describe.each([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
] as const)('%s', (name, complete) => {
  test.skipIf(!has(name)).each(unique)(`completes %s (needs ${name})`, async (_, line, word) => {
    expect(await complete(await installed(), `runapi-imagen ${line}`)).toEqual([word]);
  });

  test.skipIf(!has(name))(`completes the id of a task (needs ${name})`, async () => {
    const service = await startService();
    const machine = await installed();
    const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
    expect(await complete(machine, `runapi-imagen status ${id.slice(0, 7)}`)).toEqual([id]);
    expect(await complete(machine, `runapi-imagen generate --again ${id.slice(0, 7)}`)).toEqual([id]);
  });
});

test.skipIf(!has('bash'))('bash answers what stands behind the colon (needs bash)', async () => {
  expect(await bash(await installed(), 'runapi-imagen generate --ratio 16:')).toEqual(['9']);
});

test.skipIf(!has('bash'))('bash completes a value behind = (needs bash)', async () => {
  expect(await bash(await installed(), 'runapi-imagen generate --model=u')).toEqual(['ultra']);
});

test.skipIf(!has('bash'))('bash offers folders for --dir, and nothing behind -- (needs bash)', async () => {
  const machine = await installed();
  await mkdir(`${machine.folder}/shots`);
  await writeFile(`${machine.folder}/shot.txt`, '');
  expect(await bash(machine, 'runapi-imagen generate --dir sh')).toEqual(['shots']);
  expect(await bash(machine, 'runapi-imagen generate -- --rat')).toEqual([]);
});

test.skipIf(!has('fish'))('fish says what each command does (needs fish)', async () => {
  const machine = await installed();
  const script = 'runapi-imagen completion fish | source; complete -C "runapi-imagen ba"';
  const stdout = await shell(machine, 'fish', ['--no-config', '-c', script]);
  expect(lines(stdout).sort()).toEqual([
    "balance\tprint the account's balance",
    'batch\tmake the pictures of a file of prompts; run again to continue',
  ]);
});

test.skipIf(!has('pwsh'))('PowerShell completes a command, a flag and a model (needs pwsh)', async () => {
  const machine = await installed();
  const ends = [
    ['gen', 'generate'],
    ['generate --rat', '--ratio'],
    ['generate -m imagen-4-u', 'imagen-4-ultra'],
  ] as const;
  for (const [line, word] of ends) {
    const script = `runapi-imagen completion powershell | Out-String | Invoke-Expression
      $line = 'runapi-imagen ${line}'
      [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches |
        ForEach-Object { $_.CompletionText }`;
    expect(lines(await shell(machine, 'pwsh', ['-NoProfile', '-Command', script]))).toEqual([word]);
  }
});

test('knows every command and flag of the help', async () => {
  const machine = await newMachine();
  const { stdout: help } = await run(machine, ['generate', '--help']);
  const flags = [...help.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, flag]) => `--${flag}`);
  expect(flags.length).toBeGreaterThan(20);
  const { stdout, stderr, exitCode } = await run(machine, ['__complete', 'generate', ':--']);
  const offered = stdout.split('\n').map((line) => line.split('\t')[0] ?? '');
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(offered.filter((word) => word.startsWith('--')).sort()).toEqual([...new Set(flags)].sort());
});

test('another shell is told what there is', async () => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['completion', 'powershel']);
  expect(stderr).toBe(
    'error: no completion for "powershel"; did you mean powershell?\nThe shells are bash, zsh, fish, powershell',
  );
  expect(stdout).toBe('');
  expect(exitCode).toBe(4);
});

describe('the ids that shells ask for', () => {
  test('come newest first with their prompts, and are no command of the help', async () => {
    const service = await startService();
    const machine = await newMachine();
    const ids: string[] = [];
    for (const prompt of ['first', 'a\tsecond\nline']) {
      const words = ['generate', prompt, '--no-wait', '--base-url', service.url];
      ids.push((await run(machine, words)).stdout);
    }
    const { exitCode, stdout, stderr } = await run(machine, ['__complete', 'status', ':']);
    expect(stdout.split('\n')).toEqual([`${ids[1]}\ta second line`, `${ids[0]}\tfirst`]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect((await run(machine, ['--help'])).stdout).not.toContain('__complete');
  });

  test('are none without a record, or where it is damaged', async () => {
    const machine = await newMachine();
    const empty = { stdout: '', stderr: '', exitCode: 0 };
    expect(await run(machine, ['__complete', 'status', ':'])).toMatchObject(empty);
    const runs = `${machine.home}/.local/state/runapi-imagen/runs`;
    await mkdir(runs, { recursive: true });
    await writeFile(`${runs}/zzz.jsonl`, '{"event":"accepted","id":"tsk_\n{"event":"accepted","id":"../x"}\n');
    await mkdir(`${runs}/zzzz.jsonl`);
    expect(await run(machine, ['__complete', 'status', ':'])).toMatchObject(empty);
  });

  test('load hardly more code than the version', async () => {
    const machine = await newMachine();
    const idle = await loadedBytes(machine, '--version');
    expect(await loadedBytes(machine, '__complete')).toBeLessThan(idle + 30_000);
  });
});

/** How much of the program a run loads, as V8 counts it. */
async function loadedBytes(machine: Machine, word: string): Promise<number> {
  const folder = `${machine.home}/coverage${word}`;
  const env = { ...machine.env, NODE_V8_COVERAGE: folder };
  expect((await run({ ...machine, env }, [word])).exitCode).toBe(0);
  const urls = new Set<string>();
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(`${folder}/${name}`, 'utf8')) as { result: { url: string }[] };
    for (const { url } of result) if (url.includes('/dist/')) urls.add(url);
  }
  const sizes = await Promise.all([...urls].map(async (url) => (await stat(new URL(url))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
