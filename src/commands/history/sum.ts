import { type Filter, newestSent } from '../../command-line/history-filter.ts';
import type { Context } from '../../context.ts';
import { beganAt, costOf, type Entry } from '../../journal/entry.ts';
import { recordedStatus } from '../../report/report-entry.ts';
import { addCost, type CostSum, newSum, sumText } from '../../task/cost.ts';
import { microCents } from '../../task/money.ts';
import { table } from '../../terminal/columns.ts';
import { localDate } from './table.ts';

export const spans = ['month', 'day', 'model'] as const;
export type Span = (typeof spans)[number];

/** Tasks of one month, day or model that were paid for in one currency. */
interface Group {
  name: string;
  sandbox: boolean;
  currency: string;
  pictures: number;
  sum: CostSum;
}

/** Adds up pictures and dollars. The sandbox has rows of its own, and only where it is asked for. */
export async function showSums(
  context: Context,
  filter: Filter,
  { span, sandbox: withSandbox }: { span: Span; sandbox: boolean },
): Promise<void> {
  const { reporter, world } = context;
  const groups = new Map<string, Group>();
  const all = newSum();
  for (const entry of await newestSent(context, filter, Number.POSITIVE_INFINITY)) {
    const { sandbox } = entry.intended.server;
    if (sandbox && !withSandbox) continue;
    const [name, cost] = [nameOf(entry, span), costOf(entry)];
    const currency = cost?.currency ?? 'USD';
    const key = `${name} ${sandbox} ${currency}`;
    const group = groups.get(key) ?? { name, sandbox, currency, pictures: 0, sum: newSum() };
    groups.set(key, group);
    // A failed task made none; how many a running task will make is unknown.
    group.pictures += Math.max(entry.completed?.images.length ?? 0, Object.keys(entry.saved).length);
    const failed = recordedStatus(entry) === 'failed';
    addCost(group.sum, cost, failed);
    if (!sandbox) addCost(all, cost, failed);
  }
  const sorted = [...groups.values()].sort((a, b) => order(a, b, span));
  if (sorted.length === 0) return reporter.note('No matching tasks on this machine');
  const rows = sorted.map(({ name, pictures, sum, sandbox }) => [
    name,
    `${pictures}`,
    sumText(sum),
    ...(sandbox ? ['sandbox'] : []),
  ]);
  const lines = table(rows, world.stdout.columns());
  for (const [at, group] of sorted.entries()) await reporter.data(reportOf(group, span), lines[at] ?? '');
  const pictures = sorted.reduce((count, group) => count + (group.sandbox ? 0 : group.pictures), 0);
  if (sumText(all)) reporter.note(`In all: ${pictures === 1 ? '1 picture' : `${pictures} pictures`}, ${sumText(all)}`);
}

function nameOf(entry: Entry, span: Span): string {
  if (span === 'model') return entry.intended.request.model;
  return localDate(new Date(beganAt(entry)).toISOString()).slice(0, span === 'month' ? 7 : 10);
}

/** The newest first; models by their names. */
function order(a: Group, b: Group, span: Span): number {
  const byName = a.name.localeCompare(b.name, 'en');
  return (span === 'model' ? byName : -byName) || Number(a.sandbox) - Number(b.sandbox);
}

function reportOf({ name, sandbox, currency, pictures, sum }: Group, span: Span): object {
  const cents = (sum.amounts.get(currency) ?? 0) / microCents(1);
  return { [span]: name, pictures, currency, cents, unknown: sum.unknown, sandbox };
}
