import { spawnSync } from 'node:child_process';
import { bin, newRoom, peakMemory, startServer } from './lab.mjs';
import { lifetime, median, program } from './paired.mjs';

const large = 200_000_000;
const middle = 50_000_000;
const small = 1_000_000;

/** One large picture: how fast it comes, and what it takes of memory. */
export async function* streams() {
  const servers = {
    large: await startServer('--image-bytes', String(large)),
    middle: await startServer('--image-bytes', String(middle)),
    small: await startServer('--image-bytes', String(small)),
  };
  const { ours, alone, checked } = rates(servers);
  const goal = '≥ 0.8 ×';
  for (const [what, theirs] of [
    ['curl', alone],
    ['curl, sync and sha256sum, as ours does', checked],
  ]) {
    const ratio = ours / theirs;
    const figure = theirs
      ? `${ratio.toFixed(2)} × (${ours.toFixed(0)} : ${theirs.toFixed(0)} MB/s)`
      : 'left out: there is no curl, sync or sha256sum';
    yield { what: `rate of a 200 MB download : ${what}`, goal, figure, met: theirs ? ratio >= 0.8 : undefined };
  }
  const peaks = [servers.large, servers.middle, servers.small].map(({ url }) => peakOf(url));
  yield {
    what: 'peak memory with 200 MB : 50 MB : 1 MB',
    goal: 'flat',
    figure: peaks.map((peak) => `${peak.toFixed(0)} MB`).join(' : '),
    met: peaks[0] < peaks[1] * 1.1,
  };
  for (const server of Object.values(servers)) server.stop();
}

function peakOf(url) {
  return peakMemory(generate(url), newRoom()).megabytes;
}

/** In MB per second: what a start and a task cost is taken off with the small picture. */
function rates({ large: { url }, small: { url: smallUrl } }) {
  const room = newRoom();
  const ways = {
    ours: (base) => program(process.execPath, [bin, ...generate(base)], room),
    alone: (base) => program('curl', ['-s', '-o', 'curl.png', `${base}/files/x.png`], room),
    checked: (base) =>
      program('sh', ['-c', `curl -s -o c.png ${base}/files/x.png && sync -d c.png && sha256sum c.png`], room),
  };
  const rate = (way) => {
    const [whole, start] = [url, smallUrl].map((base) => median(Array.from({ length: 5 }, () => lifetime(way(base)))));
    return (large - small) / 1e6 / ((whole - start) / 1000);
  };
  return Object.fromEntries(
    Object.entries(ways).map(([name, way]) => [name, name === 'ours' || hasTools() ? rate(way) : undefined]),
  );
}

function hasTools() {
  return ['curl', 'sync', 'sha256sum'].every((tool) => spawnSync(tool, ['--version']).status === 0);
}

function generate(url) {
  return ['generate', 'a mug', '--output', 'ours.png', '--overwrite', '--base-url', url];
}
