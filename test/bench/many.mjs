import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { bin, newRoom, startServer } from './lab.mjs';
import { lifetime, program } from './paired.mjs';
import { span, times } from './table.mjs';

/** Batches: in flight together, under a limit, killed half way. */
export async function* many() {
  yield { what: '200 tasks of 1 s, 40 at once : the ideal', ...(await together()) };
  yield { what: '200 tasks at 20 requests a second : the ideal', ...(await limited()) };
  yield { what: 'a batch of 50 killed with -9, run again', ...(await killed()) };
}

async function together() {
  const server = await startServer('--task-ms', '1000');
  const ours = lifetime(batchOf(200, server.url, '--concurrency', '40'));
  const { look } = await server.counts();
  server.stop();
  const ideal = (200 / 40) * 1000;
  const { figure, ...rest } = times({ ratio: ours / ideal }, 1.15);
  return { ...rest, figure: `${figure} (${span(ours)}; ${(look / 200).toFixed(1)} polls a task)` };
}

async function limited() {
  const server = await startServer('--per-second', '20');
  const ours = lifetime(batchOf(200, server.url, '--concurrency', '40')); // throws where a task fails
  const { refused } = await server.counts();
  server.stop();
  const ideal = ((200 * 2) / 20) * 1000; // a request and a poll
  const { figure, ...rest } = times({ ratio: ours / ideal }, 1.3);
  return { ...rest, figure: `${figure} (${span(ours)}; none failed; ${refused} refused)` };
}

async function killed() {
  const server = await startServer('--task-ms', '300');
  const { file, words, options } = batchOf(50, server.url);
  const first = spawn(file, words, options);
  while ((await server.counts()).charged < 25) await setTimeout(20);
  first.kill('SIGKILL');
  await once(first, 'close');
  const before = picturesIn(options.cwd);
  lifetime({ file, words, options });
  const { charged } = await server.counts();
  server.stop();
  const files = picturesIn(options.cwd);
  return {
    goal: '50 files, 50 charges',
    figure: `${files} files, ${charged} charges (killed at ${before})`,
    met: files === 50 && charged === 50,
  };
}

function batchOf(rows, url, ...flags) {
  const room = newRoom();
  const file = join(room.cwd, 'prompts.txt');
  writeFileSync(file, Array.from({ length: rows }, (_, row) => `a mug of ${row}\n`).join(''));
  return program(process.execPath, [bin, 'batch', file, '--base-url', url, ...flags], room);
}

function picturesIn(folder) {
  return readdirSync(folder).filter((name) => /^[^.].*\.png$/.test(name)).length;
}
