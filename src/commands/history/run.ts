import { type FilterFlags, newestSent, readFilter, readLimit } from '../../command-line/history-filter.ts';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { historyLines } from '../../report/history-line.ts';
import { recordedReport } from '../../report/report-entry.ts';
import { colours, wantsColour } from '../../terminal/colours.ts';

export interface HistoryFlags extends FilterFlags {
  limit?: string;
}

/** What a terminal shows; a script gets all. */
const shownOnTerminal = 50;

/** Lists what was made on this machine, newest first. Answers the exit code. */
export async function history(context: Context, flags: HistoryFlags): Promise<number> {
  const { world, reporter } = context;
  const { stdout } = world;
  const problems: string[] = [];
  const filter = readFilter(context, flags, problems);
  const forPeople = stdout.isTerminal && !context.flags.json;
  const limit = readLimit(flags.limit, problems) ?? (forPeople ? shownOnTerminal : Number.POSITIVE_INFINITY);
  if (problems.length > 0) throw tellAll(problems, { sends: false });

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
  if (found.length === 0) reporter.note('No matching tasks on this machine');
  else if (found.length > limit && flags.limit === undefined)
    reporter.next(context.command(`history --limit ${limit * 4}`), 'More');
  return 0;
}
