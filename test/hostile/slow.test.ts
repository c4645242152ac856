import { expect, test } from 'vitest';
import { plainText } from '../../src/api/problem.ts';
import { proxyFor } from '../../src/api/proxy.ts';
import { createRedactor } from '../../src/api-key.ts';
import { safeFileName, slug } from '../../src/image/file-name.ts';
import { parseTemplate } from '../../src/image/template.ts';
import { errorReport } from '../../src/report/task-report.ts';
import { columnsOf } from '../../src/terminal/columns.ts';
import { printable, printableText } from '../../src/terminal/printable.ts';
import { wrapped } from '../../src/terminal/wrap.ts';

const redactor = createRedactor();
redactor.keep('sk-test-0123456789abcdefghij');
redactor.keep('\\'.repeat(12));

const readers: Record<string, (text: string) => unknown> = {
  wrapped: (text) => wrapped(text, 80),
  'wrapped command': (text) => wrapped(`A=${text} runapi-imagen generate ${text}`, 80),
  printable,
  printableText: (text) => printableText(text, true),
  plainText,
  safeFileName,
  slug,
  columnsOf,
  redact: redactor.redact,
  errorReport: (text) => errorReport(new Error(text)),
  proxyFor: (text) => proxyFor(new URL('https://x'), { HTTPS_PROXY: `http://${text}`, NO_PROXY: text }),
  parseTemplate,
};

const pieces = ['1', 'A', 'a', '"', "'", '--a ', '--a-b', ' ', '/', '.-', '://a:', '://', '\u200d', '👩\u200d'];
const more = ['<a', '{', '\\', '@', ':', '\u0301', '\u001b[', '%', '[', '[sandbox:'];

/** Microseconds of the processor: what else the machine does changes nothing. */
function costOf(read: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage();
  try {
    read(text);
  } catch (error) {
    expect((error as Error).name).toBe('Failure');
  }
  return process.cpuUsage(before).user;
}

test.each([...pieces, ...more])('no reader takes long on %j again and again', (piece) => {
  for (const [name, read] of Object.entries(readers)) {
    const [short = 0, long = 0] = [5000, 20_000].map((length) =>
      costOf(read, `${piece.repeat(length / piece.length)}x`),
    );
    // Four times the text may take eight times as long, but not sixteen times.
    expect([name, long < 8 * short + 100_000]).toEqual([name, true]);
  }
});
