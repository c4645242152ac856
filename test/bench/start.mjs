import { bin, fetchScript, newRoom, nodeOf, startServer } from './lab.mjs';
import { compare, program } from './paired.mjs';
import { times } from './table.mjs';

/** From the start of the process to its end, with nothing to wait for. */
export async function* start() {
  const node = nodeOf(20) ?? process.execPath;
  const room = newRoom();
  const bare = program(node, ['-e', '0'], room);
  for (const [words, most] of [
    ['--version', 1.25],
    ['--help', 1.25],
    ['generate --help', 1.5],
    ['history --help', 1.5],
  ]) {
    const compared = compare(program(node, [bin, ...words.split(' ')], room), bare, 31);
    yield { what: `${words} : node -e 0`, ...times(compared, most, nameOf(node)) };
  }
  const server = await startServer();
  for (const major of [20, 24])
    yield { what: 'generate, answered at once : a fetch script', ...generate(major, 1.2, server.url) };
  server.stop();
}

function generate(major, most, url) {
  const node = nodeOf(major);
  if (!node) return { goal: `≤ ${most} ×`, figure: `left out: no Node ${major} for this machine from npm` };
  const room = newRoom();
  const ours = program(node, [bin, 'generate', 'a mug', '--base-url', url], room);
  const theirs = program(node, [fetchScript, url, 'a mug'], room);
  return times(compare(ours, theirs, 31), most, `Node ${major}`);
}

function nameOf(node) {
  return node === process.execPath ? `Node ${process.versions.node.split('.')[0]}` : 'Node 20';
}
