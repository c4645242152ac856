import { describe, expect, test } from 'vitest';
import { type Machine, newMachine, run } from '../../support/program.ts';
import { firstAt, remember } from '../../support/record.ts';
import { hasTerminal, runOnTerminal } from '../../support/terminal.ts';

const day = 24 * 3_600_000;
const cents = (charged_cents: number) => ({ currency: 'USD', reserved_cents: null, charged_cents, refunded: false });

/** Two days and two months of two models. */
async function spender(): Promise<Machine> {
  const machine = await newMachine();
  await remember(machine, [
    { cost: cents(8) },
    { model: 'imagen-4-fast', cost: cents(1.05) },
    { at: firstAt + day, cost: cents(4) },
    { at: firstAt + 20 * day, cost: null },
    { at: firstAt + 20 * day, how: 'failed', cost: null },
    { at: firstAt + 20 * day, sandbox: true, cost: cents(12) },
    { at: firstAt + 20 * day, cost: { ...cents(8), refunded: true }, how: 'failed' },
  ]);
  machine.env.TZ = 'UTC';
  return machine;
}

const sums = async (machine: Machine, ...words: string[]) => {
  const { stdout, stderr, exitCode } = await run(machine, ['history', '--sum', ...words]);
  return { stdout: stdout.split('\n'), stderr, exitCode };
};

describe('history --sum adds up pictures and dollars', () => {
  test.each([
    ['month', ['2024-11\t1\tcost unknown', '2024-10\t3\t$0.1305']],
    ['day', ['2024-11-09\t1\tcost unknown', '2024-10-21\t1\t$0.04', '2024-10-20\t2\t$0.0905']],
    ['model', ['imagen-4\t3\t$0.12 + 1 of unknown cost', 'imagen-4-fast\t1\t$0.0105']],
  ])('by %s, with tabs, without the sandbox', async (span, stdout) => {
    expect(await sums(await spender(), span)).toEqual({
      stdout,
      stderr: 'In all: 4 pictures, $0.1305 + 1 of unknown cost',
      exitCode: 0,
    });
  });

  test('as objects with --json, in cents with their fractions', async () => {
    const { stdout, exitCode } = await sums(await spender(), 'month', '--json', '--quiet');
    expect(stdout.map((line) => JSON.parse(line))).toEqual([
      { month: '2024-11', pictures: 1, currency: 'USD', cents: 0, unknown: 1, sandbox: false },
      { month: '2024-10', pictures: 3, currency: 'USD', cents: 13.05, unknown: 0, sandbox: false },
    ]);
    expect(exitCode).toBe(0);
  });

  test('of the sandbox only where it is asked for, and apart', async () => {
    const { stdout, stderr } = await sums(await spender(), 'month', '--sandbox');
    expect(stdout).toEqual(['2024-11\t1\tcost unknown', '2024-11\t1\t$0.12\tsandbox', '2024-10\t3\t$0.1305']);
    expect(stderr).toBe('In all: 4 pictures, $0.1305 + 1 of unknown cost');
  });

  test('of what the filters choose', async () => {
    const { stdout } = await sums(await spender(), 'model', '--until', '2024-10-20');
    expect(stdout).toEqual(['imagen-4\t1\t$0.08', 'imagen-4-fast\t1\t$0.0105']);
  });

  test.skipIf(!hasTerminal)('in columns on a terminal (needs script)', async () => {
    const { screen } = await runOnTerminal(await spender(), ['history', '--sum', 'model', '--no-color']);
    expect(screen.toString('utf8').split('\r\n')).toEqual([
      'imagen-4       3  $0.12 + 1 of unknown cost',
      'imagen-4-fast  1  $0.0105',
      'In all: 4 pictures, $0.1305 + 1 of unknown cost',
      '',
    ]);
  });

  test.each([
    ['weeks', 'Invalid --sum "weeks": use month, day, model.'],
    ['monht', 'did you mean month?'],
  ])('refuses %j', async (span, problem) => {
    const { stdout, stderr, exitCode } = await sums(await newMachine(), span);
    expect([stdout, exitCode]).toEqual([[''], 4]);
    expect(stderr).toContain(problem);
  });
});
