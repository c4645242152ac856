import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';

export const project = resolve(import.meta.dirname, '../..');

export interface Packed {
  tarball: string;
  /** A folder outside the project where nothing but the tarball is installed. */
  home: string;
  /** The paths of what went into the bundle, from the build that was packed. */
  bundled: string[];
  licences: string;
  remove(): Promise<void>;
}

/** The package as `npm pack` makes it, installed. From a copy: packing builds dist/ anew, which other tests are using. */
export async function pack(): Promise<Packed> {
  const root = await mkdtemp(join(await realpath(tmpdir()), 'runapi-imagen-package-'));
  const copy = join(root, 'copy');
  const home = join(root, 'home');
  await mkdir(copy);
  await mkdir(home);
  const left = new Set(['.git', 'dist', 'node_modules', 'test']);
  for (const name of await readdir(project))
    if (!left.has(name)) await cp(join(project, name), join(copy, name), { recursive: true });
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'), 'junction');
  await npm(['pack'], copy, home);
  const name = (await readdir(copy)).find((each) => each.endsWith('.tgz'));
  const tarball = join(copy, name ?? 'nothing was packed');
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball], home, home);
  const modules: Record<string, string[]> = JSON.parse(await readFile(join(copy, 'dist/modules.json'), 'utf8'));
  return {
    tarball,
    home,
    bundled: Object.values(modules)
      .flat()
      .map((file) => resolve(copy, file)),
    licences: await readFile(join(copy, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8'),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** The environment of somebody who has that home and calls npm by hand: `npm test` tells its children where they are. */
export function envOf(home: string): Record<string, string> {
  const { PATH = '', SystemRoot = '', ComSpec = '', PATHEXT = '', TEMP = '' } = process.env;
  const windows = process.platform === 'win32' && { USERPROFILE: home, SystemRoot, ComSpec, PATHEXT, TEMP };
  return { PATH, HOME: home, npm_config_update_notifier: 'false', ...windows };
}

async function npm(words: readonly string[], cwd: string, home: string): Promise<void> {
  await execa('npm', words, { cwd, env: envOf(home), extendEnv: false });
}
