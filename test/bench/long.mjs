import { newRoom, peakMemory, startServer } from './lab.mjs';
import { span } from './table.mjs';

const rows = 100_000;
const mostMegabytes = 200;

/** A hundred thousand rows from stdin, each answered at once. */
export async function* long() {
  const input = Array.from({ length: rows }, (_, row) => `a mug of ${row}\n`).join('');
  for (const [name, flags] of [
    ['--no-download', ['--no-download']],
    ['saved', []],
  ]) {
    const server = await startServer();
    const words = ['batch', '-', '--concurrency', '64', '--base-url', server.url, '--quiet', ...flags];
    const { megabytes, milliseconds } = peakMemory(words, newRoom(), { input, stdio: ['pipe', 'ignore', 'pipe'] });
    const { charged } = await server.counts();
    server.stop();
    yield {
      what: `peak memory of 100,000 rows, ${name}`,
      goal: `< ${mostMegabytes} MB`,
      figure: `${megabytes.toFixed(0)} MB (${charged} tasks in ${span(milliseconds)})`,
      met: megabytes < mostMegabytes && charged === rows,
    };
  }
}
