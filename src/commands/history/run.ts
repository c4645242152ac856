import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { type FilterFlags, newestSent, readFilter } from '../../report/history-filter.ts';
import { historyLines } from '../../report/history-line.ts';
import { recordedReport } from '../../report/recorded-report.ts';
import { colours, wantsColour } from '../../terminal/colours.ts';

export interface HistoryFlags extends FilterFlags {
  limit?: string;
}

/** A terminal shows so many; a script gets all. */
const shownOnTerminal = 50;

/** Lists what was made on this machine, newest first. Answers the exit code. */
export async function history(context: Context, flags: HistoryFlags): Promise<number> {
  const { world, reporter } = context;
  const { stdout } = world;
  const problems: string[] = [];
  const filter = readFilter(context, flags, problems);
  const forPeople = stdout.isTerminal && !context.flags.json;
  const limit = readLimit(flags.limit, problems) ?? (forPeople ? shownOnTerminal : Number.POSITIVE_INFINITY);
  if (problems.length > 0) throw tellAll(problems);

  const found = await newestSent(context, filter, limit + 1);
  const shown = found.slice(0, limit).map((entry) => recordedReport(context, entry));
  const line = historyLines(shown, {
    columns: stdout.columns(),
    colours: await colours(wantsColour(stdout, world.env, context.flags.color)),
    cwd: world.cwd,
  });
  for (const report of shown) {
    if (stdout.isClosed()) break;
    await reporter.data(report, line(report));
  }
  if (found.length === 0) reporter.note('Nothing of the kind was made on this machine');
  else if (found.length > limit && flags.limit === undefined)
    reporter.next(context.command(`history --limit ${limit * 4}`), 'There is more');
  return 0;
}

/** Undefined where it was not typed. */
export function readLimit(typed: string | undefined, problems: string[]): number | undefined {
  if (typed === undefined) return undefined;
  const limit = Number(typed);
  if (/^\d+$/.test(typed) && limit >= 1) return limit;
  problems.push(`--limit ${JSON.stringify(typed)} is no whole number from 1`);
  return undefined;
}
