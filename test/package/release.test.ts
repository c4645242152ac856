import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { expect, onTestFinished, test } from 'vitest';
import { has } from '../support/has.ts';
import { project } from './pack.ts';

const words = (text: string) => text.split(' ');

/** A repository of version 1.2.3 whose tests pass, all of it committed. */
async function repository({ changelog = '## 1.2.3 (2026-02-03)', locked = '1.2.3' }) {
  const root = await mkdtemp(join(await realpath(tmpdir()), 'runapi-imagen-release-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'work');
  await mkdir(folder);
  // npm leaves logs in a home.
  const env = { HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (line: string) => execa('git', words(line), { cwd: folder, env });
  const scripts = { test: 'node -e "0"', 'test:slow': 'node -e "0"' };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'x', version: '1.2.3', scripts }));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ version: locked }));
  await writeFile(join(folder, 'CHANGELOG.md'), `# Changelog\n\n${changelog}\n\nText.\n`);
  await git('init --quiet');
  await git('config user.name A');
  await git('config user.email a@example.com');
  await git('add .');
  await git('commit --quiet --no-gpg-sign --message x');
  const script = join(project, 'scripts/release.mjs');
  const release = (...more: string[]) =>
    execa(process.execPath, [script, ...more], { cwd: folder, env, reject: false });
  return { folder, git, release };
}

test.skipIf(!has('git'))('tags a version that is ready, and only once (needs git)', async () => {
  const { git, release } = await repository({});
  const first = await release();
  expect(first.exitCode).toBe(0);
  expect(first.stdout).toContain('Tagged v1.2.3. Publish it: git push origin main v1.2.3');
  expect((await git('tag --list')).stdout).toBe('v1.2.3');
  const told = 'not released: there is a tag v1.2.3: a version goes out once';
  expect(await release()).toMatchObject({ exitCode: 1, stdout: '', stderr: told });
});

test.skipIf(!has('git')).each([
  ['a changelog without a date', { changelog: '## 1.2.3 (unreleased)' }, 'CHANGELOG.md has no'],
  ['a changelog of another version', { changelog: '## 1.2.30 (2026-02-03)' }, 'CHANGELOG.md has no'],
  ['another version in the lock file', { locked: '1.2.2' }, 'package-lock.json says 1.2.2'],
])('refuses %s (needs git)', async (_, made, problem) => {
  const { git, release } = await repository(made);
  const { exitCode, stdout, stderr } = await release();
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain(`not released: ${problem}`);
  expect((await git('tag --list')).stdout).toBe('');
});

test.skipIf(!has('git'))('refuses what is not committed (needs git)', async () => {
  const { folder, release } = await repository({});
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src/new.ts'), '');
  const told = 'not released: there are changes that are not committed';
  expect(await release()).toMatchObject({ exitCode: 1, stdout: '', stderr: told });
});

test.skipIf(!has('git')).each([
  ['v1.2.3', 0, ''],
  ['v1.2.4', 1, 'not released: the tag is v1.2.4, and package.json says 1.2.3'],
])('the check of the tag %s exits %d (needs git)', async (tag, exitCode, stderr) => {
  const { release } = await repository({});
  expect(await release('--check', tag)).toMatchObject({ exitCode, stdout: '', stderr });
});

test('the job that may publish runs no code of the project or of a dependency, and no dependency runs scripts', async () => {
  const file = await readFile(join(project, '.github/workflows/release.yml'), 'utf8');
  const { permissions, jobs } = load(file) as Workflow;
  expect(permissions).toEqual({ contents: 'read' });
  const mayPublish = Object.entries(jobs).filter(([, job]) => job.permissions?.['id-token'] === 'write');
  expect(mayPublish.map(([name]) => name)).toEqual(['publish']);
  const commands = (name: string) => jobs[name]?.steps.flatMap(({ run = '' }) => run.split('\n')) ?? [];
  const used = jobs.publish?.steps.flatMap(({ uses = '' }) => uses.split('@').slice(0, 1)).filter(Boolean);
  expect(used).toEqual(['actions/setup-node', 'actions/download-artifact']);
  expect(commands('publish').filter((line) => /\b(npm|node|npx)\b/.test(line))).toEqual([
    expect.stringMatching(/^npm publish \.\/runapi-imagen-\*\.tgz --ignore-scripts --provenance /),
  ]);
  for (const job of Object.keys(jobs))
    for (const line of commands(job)) if (/npm (ci|install)/.test(line)) expect(line).toContain('--ignore-scripts');
  // Each action is one commit, whoever owns its tags tomorrow.
  for (const { uses } of Object.values(jobs).flatMap(({ steps }) => steps))
    if (uses) expect(uses).toMatch(/@[0-9a-f]{40}$/);
});

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { permissions?: Record<string, string>; steps: Array<{ run?: string; uses?: string }> }>;
}
