/** @module-tag slow */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/server.ts';
import { has } from '../support/has.ts';
import { asRunner, filledIn, runWords } from '../support/pipeline.ts';
import { filesIn, newMachine, run } from '../support/program.ts';

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<
    string,
    { steps: Step[]; permissions?: Record<string, string>; strategy?: { matrix: { shard: number[] } } }
  >;
}

interface GitLabJob {
  script: string[];
  cache: unknown[];
  rules: Array<{ if: string; variables: Record<string, string> }>;
  artifacts: { paths: string[] };
}

interface Container {
  command: string[];
  env: unknown[];
  volumeMounts: Array<{ name: string; mountPath: string }>;
}

interface KubernetesJob {
  spec: {
    completionMode: string;
    completions: number;
    backoffLimitPerIndex: number;
    template: { spec: { restartPolicy: string; containers: [Container]; volumes: Array<{ name: string }> } };
  };
}

const pipelines = await readFile(resolve(import.meta.dirname, '../../.github/docs/pipelines.md'), 'utf8');
const recipes = new Map(
  [...pipelines.matchAll(/^```yaml\n# (\S+)[^\n]*\n[\s\S]*?^```$/gm)].map(([block, name = '']) => [name, block]),
);
const key = 'rk_pipeline_0123456789abcdef';
const secrets = { 'secrets.RUNAPI_API_KEY': key };
const canRun = has('bash') && process.platform !== 'win32';
const outputs = Array.from({ length: 9 }, (_, n) => `img/fox-${n + 1}.png`);
const manifest = `pictures:\n${outputs.map((output) => `  - {prompt: a ${output}, output: ${output}}\n`).join('')}`;

function recipe<Form>(name: string): Form {
  return load(String(recipes.get(name)).replace(/^```.*$/gm, '')) as Form;
}

async function sandboxed(): Promise<{ RUNAPI_BASE_URL: string }> {
  const service = await startSandbox({ latencyMs: 0, now: Date.now });
  onTestFinished(() => service.close());
  return { RUNAPI_BASE_URL: service.url };
}

async function picturesIn(folder: string): Promise<string[]> {
  return (await filesIn(folder)).filter((name) => name.endsWith('.png'));
}

/** What was bought at a sandbox, in cents. */
async function spentAt(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/me/balance`, { headers: { authorization: 'Bearer k' } });
  return ((await answer.json()) as { spent_cents_total: number }).spent_cents_total;
}

/** The prompts of the pictures in a folder, by their file names. */
async function madeIn(folder: string): Promise<string[]> {
  return (await picturesIn(folder)).map((name) =>
    basename(name)
      .replace(/-[0-9a-f]{8}\.png$/, '')
      .replaceAll('-', ' '),
  );
}

test('has the four recipes', () => {
  expect([...recipes.keys()]).toEqual([
    '.github/workflows/picture.yml',
    '.gitlab-ci.yml',
    '.github/workflows/pictures.yml',
    'pictures.yaml',
  ]);
});

test.each(['.github/workflows/picture.yml', '.github/workflows/pictures.yml'])(
  '%s: the key comes from the secrets to the step that buys, and nothing is cached',
  (name) => {
    const { permissions, jobs } = recipe<Workflow>(name);
    expect(Object.values(permissions).filter((right) => right !== 'read')).toEqual([]);
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    for (const step of steps) {
      if (step.uses) expect(step.uses).toMatch(/^actions\/(checkout|setup-node|(up|down)load-artifact)@v\d+$/);
      if (step.uses?.includes('setup-node')) expect(step.with).toMatchObject({ 'package-manager-cache': false });
      const buys = /runapi-imagen (generate|batch.* --lock)/.test(step.run ?? '') && !step.run?.includes('--sandbox');
      expect(step.env).toEqual(buys ? { RUNAPI_API_KEY: `\${{ secrets.RUNAPI_API_KEY }}` } : undefined);
      if (buys) expect(step.run).toContain('--max-cost');
    }
    for (const { steps, permissions: own } of Object.values(jobs)) {
      const checkout = steps.find(({ uses }) => uses?.includes('checkout'));
      if (checkout) expect(checkout.with).toEqual(own ? undefined : { 'persist-credentials': false });
      expect(own !== undefined).toBe(steps.some(({ run }) => run?.includes('git push')));
    }
  },
);

test.skipIf(!canRun).each([
  ['makes its picture without a key', 'pull_request', {}, '0'],
  ['makes its picture with the key', 'push', secrets, '0'],
  ['says that the key is missing', 'push', { 'secrets.RUNAPI_API_KEY': '' }, '2: '],
] as const)('GitHub Actions %s on a %s (needs bash)', async (_, event, known, ends) => {
  const machine = await newMachine();
  const env = { ...(await asRunner(machine)), ...(await sandboxed()) };
  const { steps } = recipe<Workflow>('.github/workflows/picture.yml').jobs.picture ?? { steps: [] };
  const chosen = steps.filter((step) => step.run && step.if === `github.event_name == '${event}'`);
  expect(chosen).toHaveLength(1);
  for (const { run = '', env: own = {} } of chosen) {
    const filled = Object.entries(own).map(([name, value]) => [name, filledIn(value, known)]);
    const end = await runWords(['bash', '-e', '-c', run], machine.folder, { ...env, ...Object.fromEntries(filled) });
    expect(end.slice(0, ends.length)).toBe(ends);
  }
  expect(await madeIn(machine.folder)).toEqual(ends === '0' ? ['mug with hello'] : []);
});

test('GitLab: the key stands nowhere in the file, and nothing is cached', () => {
  const { picture } = recipe<{ picture: GitLabJob }>('.gitlab-ci.yml');
  expect(recipes.get('.gitlab-ci.yml')).not.toContain('RUNAPI_API_KEY');
  expect([picture.cache, picture.artifacts.paths]).toEqual([[], ['pictures/']]);
  expect(picture.rules.map((rule) => [rule.if, rule.variables.HOW])).toEqual([
    ['$CI_PIPELINE_SOURCE == "merge_request_event"', '--sandbox'],
    ['$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', '--max-cost 0.25'],
  ]);
});

test.skipIf(!canRun).each([
  ['a merge request', 0, {}],
  ['the main branch', 1, { RUNAPI_API_KEY: key }],
])('GitLab, %s makes its picture (needs bash)', async (_, rule, variables) => {
  const machine = await newMachine();
  const { picture } = recipe<{ picture: GitLabJob }>('.gitlab-ci.yml');
  const env = { ...(await asRunner(machine)), ...(await sandboxed()), ...variables };
  const script = ['bash', '-eo', 'pipefail', '-c', picture.script.join('\n')];
  const end = await runWords(script, machine.folder, { ...env, ...picture.rules[rule]?.variables });
  expect([end, await madeIn(join(machine.folder, 'pictures'))]).toEqual(['0', ['mug with hello']]);
});

test.skipIf(!canRun || !has('git') || !has('tar'))(
  'GitHub Actions, a matrix: each picture is bought once by all shards together, also when one is run again (needs bash, git, tar)',
  { timeout: 120_000 },
  async () => {
    const { shard: job, commit } = recipe<Workflow>('.github/workflows/pictures.yml').jobs;
    const shards = job?.strategy?.matrix.shard ?? [];
    const service = await sandboxed();
    const desk = await newMachine();
    const nobody = {
      GIT_AUTHOR_NAME: 't',
      GIT_AUTHOR_EMAIL: 't@t',
      GIT_COMMITTER_NAME: 't',
      GIT_COMMITTER_EMAIL: 't@t',
    };
    const git = (words: string, cwd = desk.folder) =>
      runWords(['git', ...words.split(' ')], cwd, { ...desk.env, ...nobody, GIT_CONFIG_NOSYSTEM: '1' });
    await writeFile(join(desk.folder, 'images.yaml'), manifest);
    const origin = join(desk.home, 'origin.git');
    for (const words of ['init -q -b main', 'add .', 'commit -qm prompts', `clone -q --bare . ${origin}`])
      expect(await git(words)).toBe('0');

    /** Runs the commands of a job in a clone of its own, on which the artifacts are. */
    async function runJob(steps: readonly Step[], values: Record<string, string>, artifacts: readonly string[]) {
      const machine = await newMachine();
      expect(await git(`clone -q ${origin} .`, machine.folder)).toBe('0');
      for (const path of artifacts) await copyFile(path, join(machine.folder, basename(path)));
      const runner = { ...(await asRunner(machine)), ...service };
      for (const { run, env: own = {} } of steps.filter((step) => step.run)) {
        const filled = Object.entries(own).map(([name, value]) => [name, filledIn(value, values)]);
        const env = { ...runner, ...Object.fromEntries(filled) };
        expect(await runWords(['bash', '-e', '-c', filledIn(run ?? '', values)], machine.folder, env)).toBe('0');
      }
      return machine.folder;
    }

    const parts: string[] = [];
    for (const shard of shards) {
      const values = { ...secrets, 'matrix.shard': `${shard}`, 'strategy.job-total': `${shards.length}` };
      const upload = job?.steps.find((step) => step.uses?.includes('upload'))?.with;
      const path = filledIn(String(upload?.path), values);
      const first = join(await runJob(job?.steps ?? [], values, []), path);
      parts.push(shard === 1 ? join(await runJob(job?.steps ?? [], values, [first]), path) : first);
      expect([filledIn(String(upload?.name), values), path]).toEqual([`part-${shard}`, `part-${shard}.tgz`]);
    }
    expect(await spentAt(service.RUNAPI_BASE_URL)).toBe(outputs.length * 8);
    await runJob(commit?.steps ?? [], {}, parts);
    const clone = await newMachine();
    expect(await git(`clone -q ${origin} .`, clone.folder)).toBe('0');
    const { stdout, exitCode } = await run(clone, ['batch', 'images.yaml', '--check', '--strict']);
    expect([stdout, exitCode, await picturesIn(clone.folder)]).toEqual(['', 0, outputs]);
  },
);

test('Kubernetes: each index has its share, and a secret holds the key', () => {
  const { spec } = recipe<KubernetesJob>('pictures.yaml');
  const { restartPolicy, containers, volumes } = spec.template.spec;
  const [{ command, env, volumeMounts }] = containers;
  expect([spec.completionMode, restartPolicy]).toEqual(['Indexed', 'Never']); // as backoffLimitPerIndex wants it
  expect(spec.backoffLimitPerIndex).toBeGreaterThan(0);
  expect(command.at(-1)).toContain(`/${spec.completions}"`);
  expect(command.join(' ')).not.toMatch(/\$\([a-z_]\w*\)/i); // Kubernetes itself would fill that in
  expect(env).toEqual([{ name: 'RUNAPI_API_KEY', valueFrom: { secretKeyRef: { name: 'runapi', key: 'api-key' } } }]);
  expect(volumes.map(({ name }) => name)).toEqual(volumeMounts.map(({ name }) => name));
});

test.skipIf(!canRun)(
  'Kubernetes: each picture is bought once by all indexes, also when a pod is run again (needs bash)',
  { timeout: 120_000 },
  async () => {
    const { spec } = recipe<KubernetesJob>('pictures.yaml');
    const [{ command, volumeMounts }] = spec.template.spec.containers;
    const [, joining = ''] = /^ {4}(npx .* --merge-locks)$/m.exec(pipelines) ?? [];
    const cluster = await newMachine();
    const onVolumes = (word: string): string =>
      volumeMounts.reduce(
        (text, { mountPath }) => text.replace(new RegExp(`${mountPath}(?=[/"\\s]|$)`, 'g'), cluster.folder + mountPath),
        word,
      );
    const service = await sandboxed();
    const keyless = { ...(await asRunner(cluster)), ...service };
    for (const { name } of volumeMounts) await mkdir(join(cluster.folder, name));
    await writeFile(join(cluster.folder, 'manifest/images.yaml'), manifest);
    for (let pod = 0; pod <= spec.completions; pod++) {
      const env = { ...keyless, RUNAPI_API_KEY: key, JOB_COMPLETION_INDEX: String(pod % spec.completions) };
      expect(await runWords(command.map(onVolumes), cluster.home, env)).toBe('0');
    }
    expect(await spentAt(service.RUNAPI_BASE_URL)).toBe(outputs.length * 8);
    expect(await runWords(onVolumes(joining).split(' '), cluster.home, keyless)).toBe('0');
    const volume = { ...cluster, folder: join(cluster.folder, 'pictures') };
    const { stdout, exitCode } = await run(volume, ['batch', 'images.yaml', '--check', '--strict']);
    expect([stdout, exitCode, await picturesIn(volume.folder)]).toEqual(['', 0, outputs]);
  },
);
