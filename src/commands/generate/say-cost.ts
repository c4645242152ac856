import type { Work } from '../../paid-task/work.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { paidCents } from '../../task/cost.ts';
import { amountText } from '../../task/money.ts';

/** Says what several tasks cost together, and what is left where that is known by now. */
export function sayCost({ context, balance }: Work, reports: readonly TaskReport[]): void {
  const costs = reports.flatMap(({ cost, error }) => (cost ? [{ ...cost, failed: error !== null }] : []));
  const [first] = costs;
  if (reports.length < 2 || !first || costs.some(({ currency }) => currency !== first.currency)) return;
  const cents = costs.reduce((sum, cost) => sum + paidCents(cost, cost.failed), 0);
  const left = balance.cents();
  const facts = [
    `${reports.filter(({ error }) => error === null).length} of ${reports.length} made`,
    `${amountText(cents, first.currency)}${left === undefined ? '' : `, balance ${amountText(left)}`}`,
  ];
  context.reporter.note(facts.join(' · '));
}
