import pMap from 'p-map';
import { makeAndReport, skipExisting } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { showPictures } from '../../command-line/show-pictures.ts';
import { confirmation } from '../../command-line/spending.ts';
import { startWork } from '../../command-line/start-work.ts';
import { type Difference, noteDifferences } from '../../command-line/tell-apart.ts';
import type { Context } from '../../context.ts';
import { exitCodeOf } from '../../errors.ts';
import { begin } from '../../paid-task/begin.ts';
import type { Begun, Wanted, Work } from '../../paid-task/engine.ts';
import type { Wanted as WantedData } from '../../report/human.ts';
import { fetchCommand } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import type { ImageRequest } from '../../request/request.ts';
import type { Wishes } from '../../request/wishes.ts';
import { sumText } from '../../task/cost.ts';
import { amountText } from '../../task/money.ts';
import { type BalanceWatch, watchBalance } from './balance-watch.ts';
import { type GenerateFlags, type Plan, readPlan, withModelSetting } from './plan.ts';

const tasksAtOnce = 8;

/** Submits what is asked for, waits, saves. Returns the exit code. */
export async function generate(
  context: Context,
  words: readonly string[],
  flags: GenerateFlags & { yes?: boolean },
): Promise<number> {
  const plan = await readPlan(context, words, flags);
  const { server, wishes } = plan;
  await context.api(server); // a missing key is told before anything else happens
  if (wishes.wait && wishes.download) await prepareTarget(context, plan.target);
  const wanted = await unskipped(context, plan);
  if (wanted.length === 0) return 0;

  const balance = watchBalance(context, wanted.length);
  const listener = { completed: balance.settled };
  const work = startWork(context, wishes, { listener, confirm: confirmation(context, flags.yes) });
  context.reporter.progress.expect(wanted.length);
  const recorded = wanted.map(({ request, target }) => ({ request, target }));
  const begun = await begin(work, recorded, server, { anew: flags.new === true }).catch((error) => {
    throw withModelSetting(context, flags, error);
  });

  async function make(each: Begun, position: number): Promise<TaskReport> {
    const report = await makeAndReport(context, work, each);
    const isAlone = wanted.length === 1;
    // One request that no task came of is a failed command, not a failed task.
    if (report.error && report.task_id === null && isAlone) await context.reporter.refused(report.error, report.resume);
    else
      await context.reporter.task(report, dataWanted(wishes), {
        label: wanted[position]?.label,
        balanceCents: isAlone ? balance.cents() : undefined,
      });
    await showPictures(context, report, flags);
    return report;
  }

  const reports = await pMap(begun, make, { concurrency: tasksAtOnce });
  if (reports.length > 1) tellCost(context, work, reports, balance);
  balance.stop();
  tellNext(context, wishes, reports);
  return exitCodeOf(reports.map(({ error }) => error?.code));
}

/** Tells the pictures of one call from each other, in their order. */
export function differencesOf(requests: readonly ImageRequest[]): Difference[] {
  const differences = noteDifferences();
  const names = requests.map((request) => JSON.stringify(request));
  for (const [position, request] of requests.entries()) differences.note(request, names[position] ?? '');
  const counts = new Map<string, number>();
  return requests.map((request, position) => {
    const name = names[position] ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return differences.of(request, name, counts.get(name) ?? 1);
  });
}

/** Returns what is left to make where --skip-existing finds files. */
async function unskipped(
  context: Context,
  { server, requests, target }: Plan,
): Promise<Array<Wanted & Pick<Difference, 'label'>>> {
  const wanted: Array<Wanted & Pick<Difference, 'label'>> = [];
  const differences = differencesOf(requests);
  for (const [position, request] of requests.entries()) {
    const { label, mark } = differences[position] ?? {};
    const own = { ...target, index: position + 1, ...(mark !== undefined && { mark }) };
    if (!(await skipExisting(context, { server, request, target: own }))) wanted.push({ request, target: own, label });
  }
  return wanted;
}

function dataWanted({ wait, download }: Wishes): WantedData {
  if (!wait) return 'id';
  return download ? 'files' : 'urls';
}

/** Tells what several tasks cost together, and the balance where it is known by now. */
function tellCost(
  { reporter }: Context,
  { spent, wishes }: Work,
  reports: readonly TaskReport[],
  balance: BalanceWatch,
): void {
  const isReused = reports.some(({ reused }) => reused);
  const paid = reports.every(({ sandbox }) => sandbox) ? 'sandbox' : sumText(spent);
  const cents = balance.cents();
  const left = cents === undefined ? '' : `balance ${amountText(cents)}`;
  const money = [paid || (isReused && 'already paid'), left].filter(Boolean).join(', ');
  const done = reports.filter(({ error }) => error === null).length;
  const what = `${done} of ${reports.length} ${wishes.wait ? 'made' : 'submitted'}`;
  reporter.note([what, money].filter(Boolean).join(' · '));
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
