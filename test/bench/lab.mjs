import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const bin = here('../../bin/runapi-imagen.cjs');
export const project = here('../..');
export const fetchScript = here('fetch.mjs');

const root = mkdtempSync(join(tmpdir(), 'runapi-imagen-bench-'));
const children = new Set();
let rooms = 0;

/** Ends what was started and removes what was written. */
export function leave() {
  for (const child of children) child.kill();
  rmSync(root, { recursive: true, force: true });
}

/** A home and a folder of its own: spawnSync's options for a program that lives there. */
export function newRoom() {
  rooms += 1;
  const [home, cwd] = ['home', 'work'].map((name) => join(root, String(rooms), name));
  for (const path of [home, cwd]) mkdirSync(path, { recursive: true });
  const env = { PATH: process.env.PATH, HOME: home, RUNAPI_API_KEY: 'rk_bench_0123456789' };
  return { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] };
}

/** Starts server.mjs, in a process of its own. */
export async function startServer(...words) {
  const child = spawn(process.execPath, [here('server.mjs'), ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  for await (const url of createInterface({ input: child.stdout })) {
    return {
      url,
      /** What was asked of it so far. */
      counts: async () => await (await fetch(`${url}/counts`)).json(),
      stop: () => child.kill(),
    };
  }
  throw new Error('the server did not start');
}

const nodes = new Map();

/** The path of a Node of that version: the one that runs this, or one from npm; undefined where there is none. */
export function nodeOf(major) {
  if (Number.parseInt(process.versions.node, 10) === major) return process.execPath;
  if (!nodes.has(major)) nodes.set(major, install(major));
  return nodes.get(major);
}

function install(major) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, `node-${major}`);
  mkdirSync(folder);
  npm(['install', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${major}`], { cwd: folder });
  const path = join(folder, 'node_modules', name, 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

/** npm as somebody else would call it: not as a part of `npm run`, which tells its children where they are. */
export function npm(words, { env = {}, ...options }) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_(local|global)?_?prefix)/.test(name),
  );
  return spawnSync('npm', words, {
    timeout: 120_000,
    encoding: 'utf8',
    ...options,
    env: { ...Object.fromEntries(own), npm_config_update_notifier: 'false', ...env },
  });
}

/** The most memory that a run of the program held, in MB, and how long it took. */
export function peakMemory(words, room, options = {}) {
  const note = join(room.cwd, '..', 'peak');
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, ['--import', here('note-peak.mjs'), bin, ...words], {
    maxBuffer: 2 ** 30,
    ...room,
    env: { ...room.env, NOTE_PEAK: note },
    ...options,
  });
  if (status !== 0) throw new Error(`${words.join(' ')}: ${status} ${String(stderr).slice(-500)}`);
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  return { megabytes: Number(readFileSync(note, 'utf8')) / 1e6, milliseconds };
}

/** The machine, in a line. */
export function machine() {
  const [{ model } = { model: 'unknown' }] = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GB`;
  return `${model.trim()}, ${cpus().length} cores, ${memory}, ${process.platform}, Node ${process.version.slice(1)}`;
}
