/** @module-tag slow */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { has } from '../support/has.ts';
import { bin, type Machine, newMachine, run } from '../support/program.ts';
import { json, losingTheAnswer, type Order, type Service, startService } from '../support/service.ts';

/** How the service tells of the money, by the first word of the prompt. */
const kinds = ['new', 'old', 'none', 'failed', 'refunded', 'replayed'] as const;
type Kind = (typeof kinds)[number];

interface Line {
  prompt: string;
  reused: boolean;
  sandbox: boolean;
  cost: { charged_cents: number | null; refunded: boolean } | null;
}

const kindOf = (prompt: string) => prompt.split(' ')[0] as Kind;
/** Fractions of a cent among them. */
const centsOf = (prompt: string) => [8, 4, 12, 1.05, 0.35][Number(prompt.split(' ')[1]) % 5] ?? 0;

/** The first of these never gets its answer: the request is sent again, and the service tells that it has it. */
const create: Order = (call, response, usual) => {
  const prompt: string = JSON.parse(call.body).prompt;
  const isFirst = !call.headers['idempotency-key'] || !seen.has(String(call.headers['idempotency-key']));
  seen.add(String(call.headers['idempotency-key']));
  if (kindOf(prompt) === 'replayed' && isFirst) return losingTheAnswer(call, response, usual);
  const { end } = response;
  response.end = ((text: string) => {
    const { billing: _, ...answer } = JSON.parse(text);
    const reservation = { amount_cents: centsOf(prompt) };
    const old = kindOf(prompt) === 'old' || kindOf(prompt) === 'refunded';
    const told = old ? { ...answer, billing: { reservation, settlement: null, refund: null } } : answer;
    return end.call(response, JSON.stringify(told), 'utf8');
  }) as never;
  usual();
};
const seen = new Set<string>();

function look(service: Service): Order {
  return ({ task }, response) => {
    const prompt: string = JSON.parse(task?.body ?? '{}').prompt;
    const kind = kindOf(prompt);
    const reservation = { amount_cents: centsOf(prompt) };
    const settlement = { charged_amount_cents: centsOf(prompt) };
    const refund = { refunded_at: '2026-11-20T10:00:00Z' };
    const money = {
      old: { billing: { reservation, settlement, refund: null } },
      refunded: { billing: { reservation, settlement: null, refund } },
      new: { usage: { cost: centsOf(prompt) / 100 } },
      replayed: { usage: { cost: centsOf(prompt) / 100 } },
      none: {},
      failed: {},
    }[kind];
    const images = [{ url: `${service.url}/files/${task?.id}/0.png` }];
    const fails = kind === 'failed' || kind === 'refunded';
    const outcome = fails ? { status: 'failed', error: 'no luck' } : { status: 'completed', images };
    json(response, 200, { id: task?.id, ...outcome, ...money });
  };
}

/** What the service charged for tasks of these kinds. */
function ledger({ tasks }: Service, ...charged: Kind[]): number {
  const prompts = [...tasks.values()].map(({ body }) => JSON.parse(body).prompt as string);
  return sum(prompts.filter((prompt) => charged.includes(kindOf(prompt))).map(centsOf));
}

/** Exactly: in whole hundredths of a cent. */
function sum(cents: readonly number[]): number {
  return cents.reduce((all, each) => all + Math.round(each * 100), 0) / 100;
}

const paid = (lines: readonly Line[]) =>
  sum(
    lines
      .filter(({ sandbox, reused }) => !sandbox && !reused)
      .map(({ cost }) => (cost?.refunded ? 0 : (cost?.charged_cents ?? 0))),
  );

test('40 mixed tasks: what lines, history and sums say is what the service charged, to the cent', {
  timeout: 120_000,
}, async () => {
  const service = await startService({ dialect: 'service', runningLooks: 0 });
  service.always('create', create);
  service.always('look', look(service));
  const machine = await newMachine();
  await run(machine, ['config', 'set', 'api', 'service']);
  const rows = kinds.flatMap((kind) => Array.from({ length: 4 }, (_, at) => `${kind} ${at}\n`));
  await writeFile(join(machine.folder, 'rows.txt'), rows.join(''));
  const told: Line[] = [];
  let last = '';
  async function call(...words: string[]): Promise<void> {
    const { stdout, stderr } = await run(machine, [...words, '--json']);
    for (const line of stdout.split('\n').filter(Boolean)) told.push(JSON.parse(line));
    last = stderr;
  }
  const where = ['--base-url', service.url];

  await call('batch', 'rows.txt', ...where); // 24 tasks
  expect(last).toMatch(/^Batch: 16 made · 8 failed · .* · \$0\.7515 \+ 4 of unknown cost$/m);
  await call('batch', 'rows.txt', ...where); // and none
  await call('batch', 'rows.txt', '--dir', 'copies', ...where);
  expect(last).not.toContain('$');
  await call('generate', 'new 4', '-n', '3', ...where); // 27
  expect(last).toMatch(/^3 of 3 made · \$0\.0105$/m);
  await call('generate', 'replayed 6', ...where); // 28
  expect(last).toMatch(/✔ .* · \$0\.04$/m);
  await call('generate', 'old 7', '-m', 'fast,ultra', ...where); // 30
  await call('generate', 'none 8', '--no-download', ...where); // 31
  await call('download', String([...service.tasks.values()].at(-1)?.id), ...where);
  expect(last).toMatch(/✔ .* · already paid$/m);
  await call('generate', 'failed 9', ...where); // 32
  expect(service.tasks.size).toBe(32);
  await writeFile(join(machine.folder, 'play.txt'), 'a\nb\nc\nd\ne\nf\n');
  await call('batch', 'play.txt', '--sandbox'); // 38
  expect(last).toMatch(/^Batch: 6 made · .* · sandbox$/m);
  await call('generate', 'a mug', '-n', '2', '--sandbox'); // 40
  expect(last).toMatch(/^2 of 2 made · sandbox$/m);

  const charged = ledger(service, 'new', 'old', 'replayed');
  expect(charged).toBeGreaterThan(50);
  expect(paid(told)).toBe(charged);

  const { stdout } = await run(machine, ['history', '--json']);
  const history: Line[] = stdout.split('\n').map((line) => JSON.parse(line));
  expect(history).toHaveLength(40);
  expect(paid(history)).toBe(charged);
  const unknown = history.filter(({ cost, sandbox }) => cost === null && !sandbox);
  expect(unknown.map(({ prompt }) => kindOf(prompt)).sort()).toEqual([
    ...Array.from({ length: 5 }, () => 'failed'),
    ...Array.from({ length: 5 }, () => 'none'),
  ]);

  for (const span of ['month', 'day', 'model']) {
    const sums = await run(machine, ['history', '--sum', span, '--json', '--quiet']);
    const groups = sums.stdout.split('\n').map((line) => JSON.parse(line));
    expect(sum(groups.map(({ cents }) => cents))).toBe(charged);
    expect(sum(groups.map((group) => group.unknown))).toBe(5);
    expect(sum(groups.map(({ pictures }) => pictures))).toBe(23);
  }
  if (has('jq')) expect(await jqSum(machine)).toBe(charged);
});

async function jqSum({ folder, env }: Machine): Promise<number> {
  const filter = '[.[] | select(.sandbox | not) | .cost | select(. and (.refunded | not)) | .charged_cents // 0] | add';
  const line = `"${process.execPath}" "${bin}" history --json | jq -s '${filter}'`;
  const { stdout } = await execa('sh', ['-c', line], { cwd: folder, env, extendEnv: false });
  return sum([Number(stdout)]);
}
