/** @module-tag slow */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { parseYaml } from '../../../src/yaml.ts';
import { has } from '../../support/has.ts';
import { bin, newMachine } from '../../support/program.ts';

const page = await readFile(join(import.meta.dirname, '../../../.github/docs/pictures-as-code.md'), 'utf8');

/** The block behind the comment that names its file. */
function recipe(name: string): string {
  const [, text] = new RegExp(`<!-- ${name.replaceAll('.', '\\.')} -->\n\`\`\`\\w*\n([^]*?)\n\`\`\``).exec(page) ?? [];
  if (text === undefined) throw new Error(`the page has no ${name}`);
  return `${text}\n`;
}

function yamlOf<Shape>(name: string): Shape {
  const parsed = parseYaml(recipe(name), '1.2');
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed.value as Shape;
}

/** A repository with these files of the page, where `runapi-imagen` talks to a sandbox. */
async function repository(...names: string[]) {
  const sandbox = await startSandbox({ latencyMs: 0, now: Date.now });
  onTestFinished(() => sandbox.close());
  const machine = await newMachine();
  const programs = join(machine.home, 'bin');
  await mkdir(programs);
  const program = join(programs, 'runapi-imagen');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(program, 0o755);
  const nobody = { GIT_AUTHOR_NAME: 't', GIT_AUTHOR_EMAIL: 't@t', GIT_COMMITTER_NAME: 't', GIT_COMMITTER_EMAIL: 't@t' };
  const env = {
    ...machine.env,
    ...nobody,
    PATH: `${programs}:${machine.env.PATH}`,
    RUNAPI_BASE_URL: sandbox.url,
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const sh = (command: string, folder = machine.folder) =>
    execa('sh', ['-c', command], { cwd: folder, env, extendEnv: false, reject: false, stdin: 'ignore' });
  for (const name of names) {
    await mkdir(dirname(join(machine.folder, name)), { recursive: true });
    await writeFile(join(machine.folder, name), recipe(name));
  }
  return { folder: machine.folder, sh };
}

test.skipIf(!has('make'))('the Makefile buys and checks (needs make)', async () => {
  const { sh } = await repository('images.yaml', 'Makefile');
  const before = await sh('make check');
  expect(before.stdout.split('\n').filter((line) => line.startsWith('missing'))).toHaveLength(5);
  expect(before.exitCode).toBe(2);
  expect((await sh('make pictures')).exitCode).toBe(0);
  expect((await sh('make check')).exitCode).toBe(0);
  expect((await sh('ls img')).stdout.split('\n')).toEqual([
    'fox-snow.png',
    'fox-summer.png',
    'hero.png',
    'whale-snow.png',
    'whale-summer.png',
  ]);
});

test('the hook of pre-commit runs for the manifest, its lock and its pictures', async () => {
  const { repos } = yamlOf<{ repos: Array<{ hooks: Array<{ files: string }> }> }>('.pre-commit-config.yaml');
  const files = new RegExp(repos[0]?.hooks[0]?.files ?? '');
  const names = ['images.yaml', 'images.lock.jsonl', 'img/hero.png', 'src/a.ts'];
  expect(names.map((name) => files.test(name))).toEqual([true, true, true, false]);
});

test.skipIf(!has('pre-commit') || !has('git'))(
  'pre-commit stops a commit whose pictures do not match (needs pre-commit, git)',
  async () => {
    const { sh } = await repository('images.yaml', '.pre-commit-config.yaml');
    expect((await sh('git init -q && pre-commit install && git add .')).exitCode).toBe(0);
    const refused = await sh('git commit -qm prompts');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('missing img/hero  it is not in the lock');
    expect((await sh('runapi-imagen batch images.yaml --lock && git add . && git commit -qm pictures')).exitCode).toBe(
      0,
    );
    expect((await sh('git log --format=%s')).stdout).toBe('pictures');
  },
);

test.skipIf(!has('git'))(
  'the workflow checks pull requests without a key, and commits what main buys (needs git)',
  async () => {
    const { folder, sh } = await repository('images.yaml', '.gitattributes');
    const { jobs } = yamlOf<{ jobs: Record<'check' | 'buy', { steps: Array<{ run?: string }> }> }>(
      '.github/workflows/pictures.yml',
    );
    const commands = (job: 'check' | 'buy'): string[] =>
      jobs[job].steps.flatMap(({ run }) => run ?? []).filter((run) => !run.startsWith('npm '));
    await sh('git init -q -b main && git add . && git commit -qm prompts && git clone -q --bare . ../origin.git');
    await sh('git remote add origin ../origin.git && git fetch -q && git branch -u origin/main');
    const check = async (place: string) =>
      (await sh(`unset RUNAPI_API_KEY; ${commands('check').join(' && ')}`, place)).exitCode;
    expect(await check(folder)).toBe(10);
    for (const command of commands('buy')) expect(await sh(command)).toMatchObject({ exitCode: 0 });
    expect(await check(folder)).toBe(0);
    await sh('git clone -q ../origin.git ../clone');
    expect(await check(join(folder, '../clone'))).toBe(0);
    expect((await sh('git log --format=%s', join(folder, '../clone'))).stdout).toBe('Update pictures\nprompts');
  },
);

test('the budget of the workflow stops a purchase before the first request', async () => {
  const { sh, folder } = await repository('images.yaml');
  await writeFile(
    join(folder, 'images.yaml'),
    recipe('images.yaml').replace(
      'season: [snow, summer]',
      `season: [${Array.from({ length: 60 }, (_, at) => `s${at}`)}]`,
    ),
  );
  const { exitCode, stderr } = await sh('runapi-imagen batch images.yaml --lock --max-cost 0.03');
  expect(exitCode).toBe(3);
  expect(stderr).toContain('more than --max-cost $0.03');
});

test('front matter becomes hero images', async () => {
  const { folder, sh } = await repository('heroes.mjs');
  await mkdir(join(folder, 'posts'));
  await writeFile(join(folder, 'posts/first.md'), '---\ntitle: First\nhero: a {blue} harbour\n---\nText\n');
  await writeFile(join(folder, 'posts/second.md'), '---\ntitle: Second\n---\nText\n');
  const made = await sh(`'${process.execPath}' heroes.mjs && runapi-imagen batch images.yaml --lock --json`);
  expect(JSON.parse(made.stdout)).toMatchObject({
    prompt: 'a {blue} harbour',
    aspect_ratio: '16:9',
    images: [{ path: join(folder, 'img/first.png') }],
  });
  expect((await sh('runapi-imagen batch images.yaml --check')).exitCode).toBe(0);
});
