import { spawnSync } from 'node:child_process';
import { bin, newRoom, peakMemory, startServer } from './lab.mjs';
import { compare, program } from './paired.mjs';

const large = 200_000_000;
const small = 1_000_000;

/** One large picture: how fast it comes, and what it takes of memory. */
export async function* streams() {
  const servers = {
    large: await startServer('--image-bytes', String(large)),
    small: await startServer('--image-bytes', String(small)),
  };
  yield { what: 'rate of a 200 MB download : curl', ...rate(servers) };
  const [peak, usual] = [servers.large, servers.small].map(
    ({ url }) => peakMemory(generate(url), newRoom()).megabytes,
  );
  yield {
    what: 'peak memory with 200 MB : with 1 MB',
    goal: 'flat',
    figure: `${peak.toFixed(0)} MB : ${usual.toFixed(0)} MB`,
    met: peak < usual * 1.25,
  };
  for (const server of Object.values(servers)) server.stop();
}

/** Per byte: what a start and a task cost is taken off with the small picture. */
function rate(servers) {
  const goal = '≥ 0.8 ×';
  if (spawnSync('curl', ['--version']).status !== 0) return { goal, figure: 'left out: there is no curl' };
  const room = newRoom();
  const against = ({ url }) =>
    compare(
      program(process.execPath, [bin, ...generate(url)], room),
      program('curl', ['-s', '-o', 'curl.png', `${url}/files/x.png`], room),
      5,
    );
  const [whole, start] = [against(servers.large), against(servers.small)];
  const perSecond = (name) => (large - small) / 1e6 / ((whole[name] - start[name]) / 1000);
  const ratio = perSecond('ours') / perSecond('theirs');
  const rates = `${perSecond('ours').toFixed(0)} : ${perSecond('theirs').toFixed(0)} MB/s`;
  return { goal, figure: `${ratio.toFixed(2)} × (${rates}; ours flushed to the disk)`, met: ratio >= 0.8 };
}

function generate(url) {
  return ['generate', 'a mug', '--output', 'ours.png', '--overwrite', '--base-url', url];
}
