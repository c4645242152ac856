import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newRoom, npm, project } from './lab.mjs';
import { span } from './table.mjs';

const mostKilobytes = 700;
const unbundled = ['commander@14', 'ora@9', 'chalk@5', 'conf@15', 'undici@7', 'zod@4'];

/** What `npx` does in CI: everything from nothing. */
export async function* cold() {
  const { file, size } = pack();
  const kilobytes = size / 1000;
  yield {
    what: 'npm pack',
    goal: `≤ ${mostKilobytes} kB`,
    figure: `${kilobytes.toFixed(0)} kB`,
    met: kilobytes <= mostKilobytes,
  };
  const ours = install([file], ['runapi-imagen', '--version']);
  if (!ours) throw new Error('the packed tarball does not run');
  yield { what: 'packages that it installs', goal: '1', figure: `${ours.packages}`, met: ours.packages === 1 };
  const asOne = { what: 'npx of the tarball, empty cache', goal: 'told' };
  yield { ...asOne, figure: span(ours.milliseconds) };
  yield { what: 'its six packages unbundled, likewise', goal: 'told', figure: told(install(unbundled), ours) };
  yield {
    what: 'gen-openai-image from npm, likewise',
    goal: 'told',
    figure: told(install(['gen-openai-image']), ours),
  };
}

function told(theirs, ours) {
  if (!theirs) return 'left out: the registry cannot be reached';
  const { packages, milliseconds } = theirs;
  return `${span(milliseconds)}, ${packages} packages: ours ${(ours.milliseconds / milliseconds).toFixed(2)} ×`;
}

/** From a copy: packing builds dist/ anew, which a running program or test may be using. */
function pack() {
  const copy = join(newRoom().cwd, 'copy');
  mkdirSync(copy);
  const left = new Set(['.git', 'dist', 'node_modules', 'test']);
  for (const name of readdirSync(project))
    if (!left.has(name)) cpSync(join(project, name), join(copy, name), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const { stderr } = npm(['pack'], { cwd: copy });
  const name = readdirSync(copy).find((each) => each.endsWith('.tgz'));
  if (!name) throw new Error(`npm pack: ${stderr}`);
  const file = join(copy, name);
  return { file, size: statSync(file).size };
}

/** Undefined where they can't be had. */
function install(packages, command = ['node', '-e', '0']) {
  const { cwd } = newRoom();
  const cache = join(cwd, '..', 'cache');
  const start = process.hrtime.bigint();
  const words = ['exec', '--yes', ...packages.map((name) => `--package=${name}`), '--', ...command];
  const { status } = npm(words, { cwd, env: { npm_config_cache: cache } });
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) return undefined;
  const [folder] = readdirSync(join(cache, '_npx'));
  const lock = JSON.parse(readFileSync(join(cache, '_npx', folder, 'node_modules', '.package-lock.json'), 'utf8'));
  return { milliseconds, packages: Object.keys(lock.packages).length };
}
