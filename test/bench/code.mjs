import { createHash } from 'node:crypto';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newRoom, peakMemory, startServer } from './lab.mjs';
import { lifetime, program } from './paired.mjs';
import { span } from './table.mjs';

const entries = 10_000;
const runs = 5;
const goalMs = 1500;

/** Pictures as code: a manifest of which nothing has changed. */
export async function* code() {
  const server = await startServer();
  const room = newRoom();
  writeRepository(room.cwd);
  const words = (flag) => ['batch', 'images.yaml', flag, '--base-url', server.url];
  peakMemory(words('--check'), room); // reads and hashes each picture once
  const bare = Math.min(...Array.from({ length: runs }, () => lifetime(program(process.execPath, ['-e', '0'], room))));
  for (const flag of ['--check', '--lock']) {
    const peaks = Array.from({ length: runs }, () => peakMemory(words(flag), room));
    const best = Math.min(...peaks.map(({ milliseconds }) => milliseconds));
    const memory = Math.max(...peaks.map(({ megabytes }) => megabytes)).toFixed(0);
    yield {
      what: `${entries} unchanged entries, ${flag}, the best of ${runs}`,
      goal: `≤ ${span(goalMs)}`,
      figure: `${span(best)} (${(best / bare).toFixed(1)} × node -e 0), ${memory} MB`,
      met: best <= goalMs,
    };
  }
  const asked = Object.values(await server.counts()).reduce((sum, count) => sum + count, 0);
  server.stop();
  yield { what: 'requests of all these runs', goal: '0', figure: String(asked), met: asked === 0 };
}

/** A manifest, its lock and its pictures, as if they had been bought. */
function writeRepository(folder) {
  mkdirSync(join(folder, 'img'));
  const hour = new Date(Date.now() - 3_600_000);
  const manifest = ['pictures:\n'];
  const lock = [];
  for (let index = 0; index < entries; index++) {
    const output = `img/fox-${String(index).padStart(5, '0')}.png`;
    const picture = Buffer.from(`picture ${index}`);
    writeFileSync(join(folder, output), picture);
    utimesSync(join(folder, output), hour, hour);
    manifest.push(`  - prompt: fox ${index}\n    output: ${output}\n`);
    const asked = JSON.stringify([
      ['model', 'imagen-4'],
      ['prompt', `fox ${index}`],
    ]);
    const bought = { server: 'https://runapi.ai', task: `tsk_${index}` };
    const facts = { sha256: sha256(picture), bytes: picture.length, cost: null, day: '2026-11-26' };
    lock.push(`${JSON.stringify({ output, request: sha256(asked).slice(0, 16), ...bought, ...facts })}\n`);
  }
  writeFileSync(join(folder, 'images.yaml'), manifest.join(''));
  writeFileSync(join(folder, 'images.lock.jsonl'), lock.join(''));
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
