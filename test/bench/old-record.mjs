import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { bin, newRoom, startServer } from './lab.mjs';
import { lifetime, median, program } from './paired.mjs';
import { span } from './table.mjs';

const mostMs = 300;
const mostHistoryMs = 1500;
const rounds = 5;
const day = 24 * 3_600_000;

/** How long each command takes beside a large record, once the first one has made the index. */
export async function* old() {
  yield* beside('100,000 old runs', (state) => {
    for (let run = 0; run < 100_000; run++) writeRun(join(state, 'done'), run, 1);
  });
  yield* beside('1 GB of finished batches', (state) => {
    for (let run = 0; run < 8; run++) writeRun(join(state, 'done'), run, 100_000, true);
  });
  yield* beside('an interrupted batch of 1 GB', (state) => {
    const path = writeRun(join(state, 'done'), 0, 800_000, true);
    const text = readFileSync(path); // the last line goes: the last task is unfinished
    writeFileSync(
      join(state, 'runs', 'm0000000-00000000.nobody.jsonl'),
      text.subarray(0, text.lastIndexOf(10, -2) + 1),
    );
    renameSync(path, join(state, 'done', 'away'));
  });
}

async function* beside(what, fill) {
  const server = await startServer();
  const room = newRoom();
  const state = join(room.env.HOME, '.local/state/runapi-imagen');
  for (const folder of ['runs', 'done']) mkdirSync(join(state, folder), { recursive: true });
  writeFileSync(join(room.cwd, 'rows.txt'), 'a row\n');
  const bases = ['--base-url', server.url];
  const call = (...words) => lifetime(program(process.execPath, [bin, ...words], room));
  fill(state);
  yield {
    note: `${what}: the first command took ${span(call('generate', 'the first', ...bases))}, and made the index.`,
  };
  const id = newestId(state);
  const commands = {
    generate: () => call('generate', 'a mug', ...bases),
    batch: () => call('batch', 'rows.txt', '--new', ...bases),
    resume: () => call('resume'),
    status: () => call('status', id, ...bases),
    download: () => call('download', id, ...bases),
    history: () => call('history', '--limit', '50'),
  };
  const withoutResume = what.startsWith('an interrupted');
  for (const [name, time] of Object.entries(commands)) {
    if (withoutResume && name === 'resume') continue; // it would finish the one task, which nobody knows
    const milliseconds = median(Array.from({ length: rounds }, time));
    const most = name === 'history' ? mostHistoryMs : mostMs;
    yield {
      what: `${name} beside ${what}`,
      goal: `≤ ${span(most)}`,
      figure: span(milliseconds),
      met: milliseconds <= most,
    };
  }
  server.stop();
}

/** The id of the task that was made last. */
function newestId(state) {
  const done = join(state, 'done');
  const files = readdirSync(done).map((name) => join(done, name));
  const newest = files.reduce((a, b) => (statSync(a).mtimeMs > statSync(b).mtimeMs ? a : b));
  return /"id":"([^"]+)"/.exec(readFileSync(newest, 'utf8'))[1];
}

/** Writes a finished run as the first version of the program left it. Returns its path. */
function writeRun(folder, number, tasks, isBatch = false) {
  const at = Date.now() - 60 * day + number * 50;
  const name = `${at.toString(36)}-${number.toString(16).padStart(8, '0')}`;
  const path = join(folder, `${name}.${1000 + (number % 30_000)}-${number}-1326241674.jsonl`);
  const file = openSync(path, 'a', 0o600);
  let text = `${JSON.stringify({ format: 1, program: '0.1.0' })}\n`;
  for (let task = 0; task < tasks; task++) {
    text += linesOf(
      `${number.toString(16)}-${task.toString(16)}`,
      at,
      isBatch && { batch: `ba7c4000${number}`, row: task },
    );
    if (text.length < 1e6 && task < tasks - 1) continue;
    writeSync(file, text);
    text = '';
  }
  closeSync(file);
  return path;
}

function linesOf(short, at, row) {
  const key = `${short}-4000-8000-${short.padStart(12, '0')}`;
  const id = `tsk_${short.replace('-', '_').padStart(12, '0')}`;
  const path = `/home/u/pictures/${id}.png`;
  const sha256 = 'e'.repeat(64);
  const target = { folder: '/home/u/pictures', output: '', existing: 'rename', index: 1 };
  const request = { model: 'imagen-4', prompt: `an old picture, number ${short}` };
  const server = { base: 'http://127.0.0.1:9', sandbox: false };
  const file = { path, bytes: 7028, mime: 'image/png', width: 48, height: 48, sha256 };
  return [
    { event: 'intended', key, at, server, request, target, ...(row && { row: { ...row, key: short } }) },
    { event: 'accepted', key, at, id, dialect: 'guide', replayed: false, cost: null },
    { event: 'completed', key, at, images: [{ url: `http://127.0.0.1:9/files/${id}/0.png` }], cost: null },
    { event: 'temporary', key, at, path: '/home/u/pictures/.runapi-imagen-316e07a69c47.part' },
    { event: 'saving', key, at, index: 0, path, sha256 },
    { event: 'saved', key, at, index: 0, file },
    { event: 'ended', key, at, how: 'saved' },
  ]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}
