import { describe, expect, test } from 'vitest';
import { newMachine, run } from '../support/program.ts';
import { answering, type Order, type Service, startService } from '../support/service.ts';

interface Row {
  exit: number;
  when: string;
  code?: string;
  words: string[];
  env?: Record<string, string>;
  arrange?: (service: Service) => void;
}

const refusing =
  (status: number, headers?: Record<string, string>) =>
  (service: Service): void =>
    service.always('create', answering(status, { error: 'the service says no' }, headers));

const failed: Order = ({ task }, response) =>
  answering(200, { id: task?.id, status: 'failed', error: 'blocked' })({} as never, response, () => undefined);

const running: Order = ({ task }, response) =>
  answering(200, { id: task?.id, status: 'processing' })({} as never, response, () => undefined);

/** Each row of the table in the README, by a run of the program. */
const table: Row[] = [
  { exit: 0, when: 'all is done', words: ['generate', 'a mug'] },
  {
    exit: 1,
    when: 'the record cannot be kept',
    code: 'internal',
    words: ['generate', 'a mug'],
    env: { XDG_STATE_HOME: '/dev/null/x' },
  },
  {
    exit: 2,
    when: 'there is no key',
    code: 'authentication',
    words: ['generate', 'a mug'],
    env: { RUNAPI_API_KEY: '' },
  },
  { exit: 2, when: 'the key is refused', code: 'authentication', words: ['generate', 'a mug'], arrange: refusing(401) },
  {
    exit: 2,
    when: 'the key may not do this',
    code: 'authentication',
    words: ['generate', 'a mug'],
    arrange: refusing(403),
  },
  {
    exit: 3,
    when: 'credits are short',
    code: 'insufficient_credits',
    words: ['generate', 'a mug'],
    arrange: refusing(402),
  },
  { exit: 4, when: 'a ratio is none', code: 'validation', words: ['generate', 'a mug', '--ratio', '7:7'] },
  { exit: 4, when: 'a flag is unknown', code: 'validation', words: ['generate', 'a mug', '--xyz'] },
  {
    exit: 4,
    when: 'the service refuses the request',
    code: 'validation',
    words: ['generate', 'a mug'],
    arrange: refusing(422),
  },
  {
    exit: 4,
    when: 'the idempotency key was used',
    code: 'conflict',
    words: ['generate', 'a mug'],
    arrange: refusing(409),
  },
  {
    exit: 4,
    when: 'nobody knows the task',
    code: 'not_found',
    words: ['status', 'tsk_unknown'],
    arrange: (service) => service.always('other', answering(404, { error: 'no' })),
  },
  {
    exit: 5,
    when: 'time runs out',
    code: 'timeout',
    words: ['generate', 'a mug', '--timeout', '2s'],
    arrange: (service) => service.always('look', running),
  },
  {
    exit: 6,
    when: 'the rate limit outlasts the tries',
    code: 'rate_limit',
    words: ['generate', 'a mug', '--timeout', '5s'],
    arrange: refusing(429, { 'retry-after': '60' }),
  },
  {
    exit: 7,
    when: 'the task fails',
    code: 'task_failed',
    words: ['generate', 'a mug'],
    arrange: (service) => service.always('look', failed),
  },
  {
    exit: 8,
    when: 'nobody answers',
    code: 'network',
    words: ['generate', 'a mug', '--timeout', '10s', '--base-url', 'http://127.0.0.1:1'],
  },
  {
    exit: 8,
    when: 'the service is in trouble',
    code: 'service_unavailable',
    words: ['generate', 'a mug', '--timeout', '5s'],
    arrange: refusing(503, { 'retry-after': '60' }),
  },
  {
    exit: 8,
    when: 'something else answers',
    code: 'bad_response',
    words: ['generate', 'a mug'],
    arrange: (service) =>
      service.always('create', (_, response) => response.writeHead(302, { location: 'https://example.com/' }).end()),
  },
  {
    exit: 9,
    when: 'the picture is gone',
    code: 'download',
    words: ['generate', 'a mug'],
    arrange: (service) => service.always('image', answering(410, { error: 'gone' })),
  },
  { exit: 9, when: 'the folder is a file', code: 'download', words: ['generate', 'a mug', '--dir', '/dev/null'] },
  {
    exit: 10,
    when: 'some of many fail',
    words: ['generate', 'a mug', '--count', '2'],
    arrange: (service) => service.next('create', answering(422, { error: 'no' })),
  },
];

describe('the table of exit codes, each row by a run of the program', () => {
  test.concurrent.for(table)('$exit where $when', async ({ exit, code, words, env, arrange }, { onTestFinished }) => {
    const service = await startService({ runningLooks: 0 }, onTestFinished);
    arrange?.(service);
    const machine = await newMachine(onTestFinished);
    const { exitCode, stdout, stderr } = await run(machine, ['--base-url', service.url, '--json', ...words], {
      env: { ...machine.env, ...env },
    });
    expect(exitCode).toBe(exit);
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    if (code) expect(lines).toMatchObject([{ error: { code, message: expect.any(String) } }]);
    expect(stderr).not.toMatch(/\n\s+at /);
    if (exit !== 0 && exit !== 10) expect(stderr.split('error: ')[1]?.split('\n').length).toBeLessThanOrEqual(2);
  });

  test.each([
    [0, 'a failed task was told', []],
    [7, 'the task failed', ['--exit-status']],
  ])('%d where %s and status was asked with %j', async (exit, _, words) => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
    service.always('look', failed);
    const { exitCode, stdout, stderr } = await run(machine, ['status', id, ...words]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: exit,
      stdout: `${id}\tfailed`,
      stderr: 'error: the task failed: blocked',
    });
  });

  test('5 where the task still runs and status was asked with --exit-status', async () => {
    const service = await startService();
    const machine = await newMachine();
    const { stdout: id } = await run(machine, ['generate', 'a mug', '--no-wait', '--base-url', service.url]);
    const { exitCode, stdout, stderr } = await run(machine, ['status', id, '--exit-status']);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 5, stdout: `${id}\tprocessing`, stderr: '' });
  });
});
