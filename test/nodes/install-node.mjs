import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const isWindows = process.platform === 'win32';

/**
 * A Node from npm, kept in node_modules/.cache. There are packages for Linux, Windows and macOS on most processors.
 * @param version `20.18.1`, or `24` for the newest of that line
 * @returns the folder of `node`
 */
export function installNode(version, project) {
  const name = `node-${process.platform.replace('win32', 'win')}-${process.arch}`;
  const folder = join(project, 'node_modules/.cache/nodes', version);
  const bin = join(folder, 'node_modules', name, 'bin');
  if (existsSync(bin)) return bin;
  mkdirSync(folder, { recursive: true });
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${version}`];
  // npm is a .cmd there, which only a shell starts.
  const { status, stderr } = spawnSync('npm', words, { cwd: folder, encoding: 'utf8', shell: isWindows });
  if (status !== 0 || !existsSync(bin)) throw new Error(`no ${name}@${version} from npm:\n${stderr}`);
  return bin;
}
