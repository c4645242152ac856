/** @module-tag slow */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { startSandbox } from '../../src/sandbox/server.ts';
import { has } from '../support/has.ts';
import { asRunner, filledIn, runWords } from '../support/pipeline.ts';
import { filesIn, newMachine } from '../support/program.ts';

interface Step {
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { steps: Step[]; strategy?: { matrix: { shard: number[] } } }>;
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
const prompts = Array.from({ length: 9 }, (_, n) => `prompt ${n + 1}`);

function recipe<Form>(name: string): Form {
  return parse(String(recipes.get(name)).replace(/^```.*$/gm, '')) as Form;
}

async function sandboxed(): Promise<{ RUNAPI_BASE_URL: string }> {
  const service = await startSandbox({ latencyMs: 0, now: Date.now });
  onTestFinished(() => service.close());
  return { RUNAPI_BASE_URL: service.url };
}

/** The prompts of the pictures in a folder, by their file names. */
async function madeIn(folder: string): Promise<string[]> {
  const pictures = (await filesIn(folder)).filter((name) => name.endsWith('.png'));
  return pictures.map((name) =>
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
      if (step.uses?.includes('checkout')) expect(step.with).toEqual({ 'persist-credentials': false });
      const buys = step.run !== undefined && !step.run.includes('--sandbox');
      expect(step.env).toEqual(buys ? { RUNAPI_API_KEY: `\${{ secrets.RUNAPI_API_KEY }}` } : undefined);
      if (buys) expect(step.run).toContain('--max-cost');
    }
    const kept = steps.filter((step) => step.uses?.includes('upload-artifact')).map((step) => step.with?.path);
    const dirs = steps.flatMap(({ run }) => /--dir (\S+)/.exec(run ?? '')?.[1] ?? []);
    expect(new Set(kept)).toEqual(new Set(dirs));
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

test.skipIf(!canRun)(
  'GitHub Actions, a matrix: every row is made once by all shards together (needs bash)',
  { timeout: 60_000 },
  async () => {
    const { shard: job, all } = recipe<Workflow>('.github/workflows/pictures.yml').jobs;
    const shards = job?.strategy?.matrix.shard ?? [];
    const { run = '', env: own = {} } = job?.steps.find((step) => step.run) ?? {};
    const named = job?.steps.find((step) => step.uses?.includes('upload'))?.with?.name;
    const made: string[] = [];
    const service = await sandboxed();
    for (const shard of shards) {
      const machine = await newMachine();
      await writeFile(join(machine.folder, 'prompts.txt'), prompts.join('\n'));
      const values = { ...secrets, 'matrix.shard': `${shard}`, 'strategy.job-total': `${shards.length}` };
      const filled = Object.entries(own).map(([name, value]) => [name, filledIn(value, values)]);
      const env = { ...(await asRunner(machine)), ...service, ...Object.fromEntries(filled) };
      const line = ['bash', '-e', '-c', filledIn(run, values)];
      expect(await runWords(line, machine.folder, env)).toBe('0');
      made.push(...(await madeIn(join(machine.folder, 'shots'))));
      expect(filledIn(String(named), values)).toBe(`shots-${shard}`);
    }
    expect(made.sort()).toEqual(prompts);
    expect(all?.steps[0]?.with).toEqual({ pattern: 'shots-*', path: 'shots', 'merge-multiple': true });
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
  'Kubernetes: every row is made once by all indexes, each pod twice (needs bash)',
  { timeout: 90_000 },
  async () => {
    const { spec } = recipe<KubernetesJob>('pictures.yaml');
    const [{ command, volumeMounts }] = spec.template.spec.containers;
    const cluster = await newMachine();
    const words = command.map((word) =>
      volumeMounts.reduce(
        (text, { mountPath }) => text.replace(new RegExp(`${mountPath}(?=[/"\\s]|$)`, 'g'), cluster.folder + mountPath),
        word,
      ),
    );
    const runner = { ...(await asRunner(cluster)), ...(await sandboxed()), RUNAPI_API_KEY: key };
    const pod = join(cluster.folder, 'prompts');
    await mkdir(pod);
    await writeFile(join(pod, 'prompts.txt'), prompts.join('\n'));
    for (let run = 0; run < 2 * spec.completions; run++) {
      const env = { ...runner, JOB_COMPLETION_INDEX: String(run % spec.completions) };
      expect(await runWords(words, cluster.home, env)).toBe('0');
    }
    expect((await madeIn(join(cluster.folder, 'shots'))).sort()).toEqual(prompts);
  },
);
