// 1,000 pictures through serve, 64 at once: memory, and what serve adds to the engine's own wait.
// Added is the time from the request's arrival until the engine begins, and from the engine's end until the answer is
// written, as serve itself measures it: elapsed_ms less engine_ms of each log line. Whole is what the clients wait.
// npm run bench:doors
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bin, machine, startServer } from './lab.mjs';

const [tasks = 1000, atOnce = 64] = process.argv.slice(2).map(Number);
const home = mkdtempSync(join(tmpdir(), 'runapi-imagen-doors-'));
const service = await startServer('--task-ms', '2000');
const child = spawn(
  process.execPath,
  [bin, 'serve', '--port', '0', '--json', '--concurrency', String(atOnce), '--base-url', service.url, '--dir', 'shots'],
  {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, RUNAPI_API_KEY: 'rk_bench_0123456789' },
    stdio: ['ignore', 'ignore', 'pipe'],
  },
);
const lines = createInterface({ input: child.stderr });
const { url, token_file } = JSON.parse(await new Promise((first) => lines.once('line', first)));
const token = readFileSync(token_file, 'utf8').trim();
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
const samples = [];
const waits = [];
const engine = [];
const asked = [];
let next = 0;
async function client() {
  while (next < tasks) {
    const number = next++;
    if (number % 100 === 99) samples.push(memory());
    const start = performance.now();
    const answer = await fetch(`${url}/images/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: `mug ${number}` }),
    });
    if (answer.status !== 200) throw new Error(await answer.text());
    await answer.arrayBuffer();
    asked.push(performance.now() - start);
  }
}
lines.on('line', (line) => {
  const { engine_ms, elapsed_ms, pictures } = line.startsWith('{') ? JSON.parse(line) : {};
  if (!pictures) return;
  waits.push(elapsed_ms - engine_ms);
  engine.push(engine_ms);
});
await Promise.all(Array.from({ length: atOnce }, client));
const at = (list, share) => [...list].sort((a, b) => a - b)[Math.floor(list.length * share)]?.toFixed(0);
const [utime, stime] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
console.log(`machine     ${machine()}, load ${loadavg()[0].toFixed(1)}`);
console.log(`tasks       ${asked.length}, ${atOnce} at once`);
console.log(`memory      ${samples.map((each) => each.toFixed(0)).join(' ')} MB`);
console.log(`whole       p50 ${at(asked, 0.5)} ms, p99 ${at(asked, 0.99)} ms`);
console.log(`cpu         ${(((Number(utime) + Number(stime)) * 10) / asked.length).toFixed(1)} ms a task`);
console.log(`engine      p50 ${at(engine, 0.5)} ms, p99 ${at(engine, 0.99)} ms`);
console.log(`added       p50 ${at(waits, 0.5)} ms, p99 ${at(waits, 0.99)} ms over the engine's own wait`);
child.kill();
service.stop();
rmSync(home, { recursive: true, force: true });
