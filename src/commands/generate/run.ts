import pMap from 'p-map';
import type { Api } from '../../api/client.ts';
import { makeAndReport, skipExisting } from '../../command-line/make-and-report.ts';
import { prepareTarget } from '../../command-line/prepare-target.ts';
import { showPictures } from '../../command-line/show-pictures.ts';
import { confirmation } from '../../command-line/spending.ts';
import { startWork } from '../../command-line/start-work.ts';
import type { Context } from '../../context.ts';
import { exitCodeOf } from '../../errors.ts';
import { begin } from '../../paid-task/begin.ts';
import type { Begun, Work } from '../../paid-task/engine.ts';
import { fetchCommand } from '../../report/report-entry.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { sumText } from '../../task/cost.ts';
import { amountText } from '../../task/money.ts';
import { type GenerateFlags, type Plan, readPlan, withModelSetting } from './plan.ts';

const tasksAtOnce = 8;

/** Submits what is asked for, waits, saves. Returns the exit code. */
export async function generate(context: Context, words: readonly string[], flags: GenerateFlags): Promise<number> {
  const { server, pictures, place, wishes } = await readPlan(context, words, flags);
  await context.api(server); // a missing key is told before anything else happens
  if (wishes.wait && wishes.download) await prepareTarget(context, place);
  const wanted: Plan['pictures'] = [];
  for (const picture of pictures) if (!(await skipExisting(context, { server, ...picture }))) wanted.push(picture);
  if (wanted.length === 0) return 0;

  const isAlone = wanted.length === 1;
  const balance = watchBalance(context, wanted.length);
  const confirm = confirmation(context, flags.yes);
  const work = startWork(context, wishes, { listener: { completed: balance.completed }, confirm });
  context.reporter.progress.expect(wanted.length);
  const recorded = wanted.map(({ request, target }) => ({ request, target }));
  const begun = await begin(work, recorded, server, { anew: flags.new === true }).catch((error) => {
    throw withModelSetting(context, flags, error);
  });

  async function make(each: Begun, position: number): Promise<TaskReport> {
    const report = await makeAndReport(context, work, each);
    const data = !wishes.wait ? 'id' : wishes.download ? 'files' : 'urls';
    const balanceCents = isAlone ? balance.cents() : undefined;
    // One request that no task came of is a failed command, not a failed task.
    if (report.error && report.task_id === null && isAlone) await context.reporter.refused(report.error, report.resume);
    else await context.reporter.task(report, data, { label: wanted[position]?.label, balanceCents });
    await showPictures(context, report, flags);
    return report;
  }

  const reports = await pMap(begun, make, { concurrency: tasksAtOnce });
  if (!isAlone) context.reporter.note(costLine(work, reports, balance.cents()));
  balance.stop();
  tellNext(context, work, reports);
  return exitCodeOf(reports.map(({ error }) => error?.code));
}

/**
 * Asks for the balance while the last picture is downloaded, so that it can be shown beside the cost. Only where a
 * person reads stderr: scripts call `balance`.
 */
function watchBalance({ world, flags }: Context, tasks: number) {
  const isSeen = world.stderr.isTerminal && !flags.json && !flags.quiet;
  const controller = new AbortController();
  const done = new Set<string>();
  let asked = false;
  let cents: number | undefined;

  async function ask(api: Api): Promise<void> {
    const { askBalance } = await import('../../api/prices.ts');
    cents = (await askBalance(api.caller, controller.signal)).balance_cents;
  }

  return {
    completed(key: string, api: Api | undefined): void {
      done.add(key);
      if (!isSeen || asked || !api || done.size < tasks) return;
      asked = true;
      ask(api).catch(() => undefined); // without an answer nothing is shown
    },
    cents: () => cents,
    stop: () => controller.abort(),
  };
}

/** Tells what several tasks cost together, and the balance where it is known by now. */
function costLine({ spent, wishes }: Work, reports: readonly TaskReport[], balance: number | undefined): string {
  const bought = reports.every(({ sandbox }) => sandbox) ? 'sandbox' : sumText(spent);
  const paid = bought || (reports.some(({ reused }) => reused) && 'already paid');
  const money = [paid, balance !== undefined && `balance ${amountText(balance)}`].filter(Boolean).join(', ');
  const done = reports.filter(({ error }) => error === null).length;
  return [`${done} of ${reports.length} ${wishes.wait ? 'made' : 'submitted'}`, money].filter(Boolean).join(' · ');
}

function tellNext(context: Context, { wishes: { wait, download } }: Work, reports: readonly TaskReport[]): void {
  const ids = reports.flatMap(({ task_id, error }) => (task_id !== null && error === null ? [task_id] : []));
  const recorded = context.flags.record !== false;
  if (ids.length === 0 || (!recorded && context.flags.sandbox)) return;
  const command = fetchCommand(context, ids, { wait: !wait, recorded });
  if (!wait) context.reporter.next(command, 'Fetch it');
  else if (!download) context.reporter.next(command, 'Save it within 7 days');
  else if (ids.length > 1 && recorded)
    context.reporter.next(context.command(`gallery --open --limit ${reports.length}`), 'Compare them');
}
