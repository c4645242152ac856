import { expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { failureText, summary } from '../../src/report/human.ts';
import { emptyReport, errorReport } from '../../src/report/task-report.ts';
import { colours } from '../../src/terminal/colours.ts';

const plain = await colours(false);

test.each([
  ['what and what to do', { hint: 'Free some space' }, null, 'error: boom\nFree some space\n'],
  ['nothing to do', {}, null, 'error: boom\n'],
  ['a command to copy', {}, 'runapi-imagen resume tsk_1', 'error: boom\nContinue with: runapi-imagen resume tsk_1\n'],
  [
    'both, the command last',
    { hint: 'Free some space' },
    'runapi-imagen resume',
    'error: boom\nFree some space. Continue with: runapi-imagen resume\n',
  ],
  ['the id of the request', { requestId: 'req_1' }, null, 'error: boom (request req_1)\n'],
  ['no control characters', { hint: 'a\u001b[31m', requestId: 'r\u0007' }, null, 'error: boom (request r)\na[31m\n'],
])('%s', (_, facts, resume, text) => {
  expect(failureText(errorReport(new Failure('network', 'boom', facts)), plain, resume)).toBe(text);
});

test.each([
  ['its time and price', {}, '✔ a mug 1.5s · $0.08'],
  ['no time where it was bought before: that would be its age', { reused: true }, '✔ a mug already paid'],
  ['no price in the sandbox', { sandbox: true }, '✔ a mug 1.5s · sandbox'],
])('a finished task has %s', (_, facts, line) => {
  const cost = { currency: 'USD', reserved_cents: null, charged_cents: 8, refunded: false };
  const bought = { task_id: 'tsk_1', status: 'completed', prompt: 'a mug', elapsed_ms: 1500, cost } as const;
  const report = { ...emptyReport({ base: 'https://runapi.ai', sandbox: false }), ...bought, ...facts };
  expect(summary(report, plain)).toBe(line);
});
