import pMap from 'p-map';
import { makeAndReport, skipExisting } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { showPictures } from '../../command-line/show-pictures.ts';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { begin } from '../../paid-task/begin.ts';
import type { Begun, Wanted } from '../../paid-task/engine.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { fetchCommand } from '../../report/report-entry.ts';
import type { Wanted as WantedData } from '../../report/reporter.ts';
import type { TaskReport } from '../../report/task-report.ts';
import type { Wishes } from '../../request/wishes.ts';
import { paidCents } from '../../task/cost.ts';
import { amountText } from '../../task/money.ts';
import { type BalanceWatch, watchBalance } from './balance-watch.ts';
import { type GenerateFlags, type Plan, readPlan } from './plan.ts';

const tasksAtOnce = 8;

/** Submits what is asked for, waits, saves. Returns the exit code. */
export async function generate(
  context: Context,
  words: readonly string[],
  flags: GenerateFlags,
): Promise<number> {
  const plan = await readPlan(context, words, flags);
  const { server, wishes } = plan;
  await context.api(server); // a missing key is told before anything else happens
  if (wishes.wait && wishes.download) await prepareTarget(context, plan.target);
  const wanted = await unskipped(context, plan);
  if (wanted.length === 0) return 0;

  const balance = watchBalance(context, wanted.length);
  const work = startWork(context, wishes, { completed: balance.settled });
  context.reporter.progress.expect(wanted.length);
  const begun = await begin(work, wanted, server, { anew: flags.new === true });

  async function make(each: Begun): Promise<TaskReport> {
    const report = await makeAndReport(context, work, each);
    await tell(context, report, wishes, wanted.length === 1 ? { balance } : undefined);
    await showPictures(context, report, flags);
    return report;
  }

  const reports = await pMap(begun, make, { concurrency: tasksAtOnce });
  tellCost(context, reports, balance);
  balance.stop();
  tellNext(context, wishes, reports);
  return exitCodeOf(reports.map(({ error }) => error?.code));
}

/** Returns what is left to make where --skip-existing finds files. */
async function unskipped(context: Context, { requests, target }: Plan): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (const [position, request] of requests.entries()) {
    const own = { ...target, index: position + 1 };
    if (!(await skipExisting(context, request, own))) wanted.push({ request, target: own });
  }
  return wanted;
}

/** @param alone undefined where the task is one of several */
async function tell(
  { reporter }: Context,
  report: TaskReport,
  wishes: Wishes,
  alone: { balance: BalanceWatch } | undefined,
): Promise<void> {
  // One request that no task came of is a failed command, not a failed task.
  if (report.error && report.task_id === null && alone) await reporter.refused(report.error, report.resume);
  else await reporter.task(report, dataWanted(wishes), alone?.balance.cents());
}

function dataWanted({ wait, download }: Wishes): WantedData {
  if (!wait) return 'id';
  return download ? 'files' : 'urls';
}

/** Tells what several tasks cost together, and the balance where it is known by now. */
function tellCost({ reporter }: Context, reports: readonly TaskReport[], balance: BalanceWatch): void {
  const costs = reports.flatMap(({ cost, error }) => (cost ? [{ ...cost, failed: error !== null }] : []));
  const [first] = costs;
  if (reports.length < 2 || !first || costs.some(({ currency }) => currency !== first.currency)) return;
  const cents = costs.reduce((sum, cost) => sum + paidCents(cost, cost.failed), 0);
  const left = balance.cents();
  const made = `${reports.filter(({ error }) => error === null).length} of ${reports.length} made`;
  const paid = amountText(cents, first.currency);
  reporter.note(`${made} · ${paid}${left === undefined ? '' : `, balance ${amountText(left)}`}`);
}

function tellNext(context: Context, { wait, download }: Wishes, reports: readonly TaskReport[]): void {
  const ids = reports.flatMap(({ task_id, error }) => (task_id !== null && error === null ? [task_id] : []));
  const recorded = context.flags.record !== false;
  if (ids.length === 0 || (!recorded && context.flags.sandbox)) return;
  const command = fetchCommand(context, ids, { wait: !wait, recorded });
  if (!wait) context.reporter.next(command, 'Fetch it');
  else if (!download) context.reporter.next(command, 'Save it within 7 days');
  else if (ids.length > 1 && recorded)
    context.reporter.next(context.command(`gallery --open --limit ${reports.length}`), 'Compare them');
}
