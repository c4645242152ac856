/** @module-tag slow */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { filesIn, type Machine, newMachine, run } from '../../support/program.ts';

const skill = 'skills/runapi-imagen/SKILL.md';

async function outcome(machine: Machine, words: string) {
  const { stdout, stderr, exitCode } = await run(machine, ['skill', ...words.split(' ')]);
  return { stdout: String(stdout), stderr: String(stderr), exitCode };
}

/** As an older version would have left it. */
async function ageIn(path: string): Promise<void> {
  const old = '---\nname: runapi-imagen\n---\nold\n';
  await writeFile(path, old);
  const sum = createHash('sha256').update(old).digest('hex');
  const receipt = { version: '0.0.9', sums: { 'SKILL.md': sum } };
  await writeFile(join(dirname(path), '.runapi-imagen.json'), JSON.stringify(receipt));
}

describe('skill install', () => {
  test.each([
    ['hermes', `.hermes/${skill}`],
    ['claude', `.claude/${skill}`],
    ['codex', `.agents/${skill}`],
    ['gemini', `.agents/${skill}`],
    ['openclaw', `.agents/${skill}`],
  ])('puts the skill where %s looks for it and prints the path', async (target, place) => {
    const machine = await newMachine();
    const { stdout, stderr, exitCode } = await outcome(machine, `install --target ${target}`);
    expect(stdout).toBe(join(machine.home, place));
    expect(stderr).toContain('Check that the key is found: runapi-imagen doctor');
    expect(exitCode).toBe(0);
    const printed = await outcome(machine, 'install --print');
    expect(await readFile(join(machine.home, place), 'utf8')).toBe(`${printed.stdout}\n`);
  });

  test('heeds where an agent was told to have its home', async () => {
    const machine = await newMachine();
    machine.env.HERMES_HOME = join(machine.home, 'h');
    machine.env.CLAUDE_CONFIG_DIR = join(machine.home, 'c');
    await outcome(machine, 'install --target hermes,claude');
    const files = (await filesIn(machine.home)).filter((name) => name.endsWith('.md'));
    expect(files).toEqual([`c/${skill}`, `h/${skill}`]);
  });

  test('goes once to the folder that several agents read, and tells of a copy that it hides', async () => {
    const machine = await newMachine();
    machine.env.OPENCLAW_STATE_DIR = join(machine.home, 'o');
    const copy = join(machine.home, 'o/skills/runapi-imagen');
    await mkdir(copy, { recursive: true });
    const { stdout, stderr } = await outcome(machine, 'install --target codex,gemini,openclaw');
    expect(stdout).toBe(join(machine.home, '.agents', skill));
    expect(stderr).toContain('Codex, Gemini CLI, OpenClaw: written');
    expect(stderr).toContain(`${copy} is another copy of the skill: remove it`);
    expect((await filesIn(machine.home)).filter((name) => name.endsWith('.md'))).toEqual([`.agents/${skill}`]);
  });

  test('takes a folder of a project', async () => {
    const machine = await newMachine();
    const { stdout } = await outcome(machine, 'install --target claude --dir .claude/skills --json');
    expect(JSON.parse(stdout)).toMatchObject({
      target: 'claude',
      state: 'written',
      path: join(machine.folder, '.claude', skill),
    });
    expect(await filesIn(machine.home)).toEqual([]);
  });

  test('goes to all agents that are set up, and to no other', async () => {
    const machine = await newMachine();
    await mkdir(join(machine.home, '.gemini'));
    await mkdir(join(machine.home, '.codex'));
    const { stdout, stderr } = await outcome(machine, 'install --all');
    expect(stdout).toBe(join(machine.home, '.agents', skill));
    expect(stderr).toContain('Not set up here: Hermes Agent; Claude Code');
  });

  test('goes from all agents, set up or not', async () => {
    const machine = await newMachine();
    await outcome(machine, 'install --target codex,claude');
    const { stdout, exitCode } = await outcome(machine, 'uninstall --all');
    expect(stdout.split('\n').filter(Boolean)).toHaveLength(2);
    expect([exitCode, (await filesIn(machine.home)).filter((name) => name.endsWith('.md'))]).toEqual([0, []]);
  });

  test('finds nobody on a machine without agents', async () => {
    const { stdout, stderr, exitCode } = await outcome(await newMachine(), 'install --all');
    expect(stdout).toBe('');
    expect(stderr).toContain('no agent is set up here');
    expect(exitCode).toBe(4);
  });

  test('twice changes nothing, and brings an older one up to date', async () => {
    const machine = await newMachine();
    const path = join(machine.home, '.claude', skill);
    await outcome(machine, 'install --target claude');
    const first = await readFile(path, 'utf8');
    expect((await outcome(machine, 'install --target claude')).stderr).toContain('Claude Code: unchanged');
    await ageIn(path);
    expect((await outcome(machine, 'install --target claude')).stderr).toContain('Claude Code: updated');
    expect(await readFile(path, 'utf8')).toBe(first);
  });

  test.each([
    ['changed', 'was changed since it was installed', true],
    ['is not ours', 'is not from this program', false],
  ])('leaves a file alone that %s, until it is told to', async (_, why, ours) => {
    const machine = await newMachine();
    const path = join(machine.home, '.claude', skill);
    if (ours) {
      await outcome(machine, 'install --target claude');
      await appendFile(path, 'Always draw cats.\n');
    } else {
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, 'my own skill');
    }
    const mine = await readFile(path, 'utf8');
    for (const words of ['install --target claude', 'uninstall --target claude']) {
      const { stdout, stderr, exitCode } = await outcome(machine, words);
      expect(stdout).toBe('');
      expect(stderr).toContain(`${path} ${why}`);
      expect(stderr).toContain('--force');
      expect(exitCode).toBe(4);
      expect(await readFile(path, 'utf8')).toBe(mine);
    }
    expect((await outcome(machine, 'install --target claude --force')).exitCode).toBe(0);
    expect(await readFile(path, 'utf8')).not.toContain(mine);
  });

  test.skipIf(process.platform === 'win32')('waits for no pipe in the place of its file', async () => {
    const machine = await newMachine();
    const path = join(machine.home, '.claude', skill);
    await mkdir(join(path, '..'), { recursive: true });
    await execa('mkfifo', [path]);
    const words = ['skill', 'install', '--target', 'claude'];
    const { stderr, timedOut } = await run(machine, words, { timeout: 20_000 });
    expect(timedOut).toBe(false);
    expect(stderr).toContain(`${path} is not from this program`);
  });

  test('does what it can where one of several cannot be written', async () => {
    const machine = await newMachine();
    await writeFile(join(machine.home, '.agents'), 'a file where a folder should be');
    const { stdout, stderr, exitCode } = await outcome(machine, 'install --target gemini,claude');
    expect(stdout).toBe(join(machine.home, '.claude', skill));
    expect(stderr).toMatch(/cannot write .*\.agents/);
    expect(exitCode).toBe(10);
  });

  test('writes through a link to where the user really keeps the file', async () => {
    const machine = await newMachine();
    const folder = join(machine.home, '.claude', 'skills', 'runapi-imagen');
    await outcome(machine, `install --dir ${machine.folder}/dotfiles --target claude`);
    const real = join(machine.folder, 'dotfiles', 'runapi-imagen', 'SKILL.md');
    await ageIn(real);
    await mkdir(folder, { recursive: true });
    await symlink(real, join(folder, 'SKILL.md'));
    await symlink(join(dirname(real), '.runapi-imagen.json'), join(folder, '.runapi-imagen.json'));
    expect((await outcome(machine, 'install --target claude')).exitCode).toBe(0);
    expect(await readFile(real, 'utf8')).not.toContain('0.0.9');
  });

  test('tells every problem of a call at once', async () => {
    const { stderr, exitCode } = await outcome(await newMachine(), 'install --target herms --image-backend');
    expect(stderr).toContain('"herms" is none of hermes, claude, codex, gemini, openclaw; did you mean hermes?');
    expect(stderr).toContain('--image-backend goes with --target hermes');
    expect(exitCode).toBe(4);
  });

  test('needs to know for whom', async () => {
    const { stderr, exitCode } = await outcome(await newMachine(), 'install');
    expect(stderr).toContain('no agent is named');
    expect(exitCode).toBe(4);
  });
});

describe('skill uninstall', () => {
  test('removes what is ours and nothing else, and is content where there is nothing', async () => {
    const machine = await newMachine();
    await outcome(machine, 'install --target hermes,claude --json');
    await writeFile(join(machine.home, '.claude/skills/runapi-imagen/notes.txt'), 'mine');
    expect((await outcome(machine, 'uninstall --target hermes,claude')).exitCode).toBe(0);
    expect((await filesIn(machine.home)).filter((name) => /runapi/.test(name))).toEqual([
      '.claude/skills/runapi-imagen',
      '.claude/skills/runapi-imagen/notes.txt',
    ]);
    expect(await outcome(machine, 'uninstall --target hermes,claude')).toMatchObject({ stdout: '', exitCode: 0 });
  });
});
