import type { FilterFlags } from '../../command-line/flags.ts';
import { newestSent, readFilter, readLimit } from '../../command-line/history-filter.ts';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import type { Entry } from '../../journal/entry.ts';
import { didYouMean } from '../../near-miss.ts';
import { recordedReport } from '../../report/report-entry.ts';
import { colours, wantsColour } from '../../terminal/colours.ts';
import { type Span, showSums, spans } from './sum.ts';
import { alignedLines, tabbedLine } from './table.ts';

export interface HistoryFlags extends FilterFlags {
  limit?: string;
  sum?: string;
  sandbox?: boolean;
}

/** The limit on a terminal; scripts get all. */
const shownOnTerminal = 50;

/** Lists what was made on this machine, newest first, or adds it up. Returns the exit code. */
export async function history(context: Context, flags: HistoryFlags): Promise<number> {
  const { world, reporter } = context;
  const { stdout } = world;
  const problems: string[] = [];
  const filter = readFilter(context, flags, problems);
  const forPeople = stdout.isTerminal && !context.flags.json;
  const limit = readLimit(flags.limit, problems) ?? (forPeople ? shownOnTerminal : Number.POSITIVE_INFINITY);
  const { sum, sandbox } = flags;
  if (sum !== undefined && !spans.some((span) => span === sum))
    problems.push(`Invalid --sum ${JSON.stringify(sum)}: use ${spans.join(', ')}${didYouMean(sum, spans)}.`);
  if (sum !== undefined && flags.limit !== undefined) problems.push('--sum adds up all: leave --limit out');
  if (problems.length > 0) throw tellAll(problems, { sends: false });
  if (sum !== undefined) {
    await showSums(context, filter, { span: sum as Span, sandbox: sandbox === true });
    return 0;
  }

  let seen = 0;
  let isFiltered = false;
  const matches = (entry: Entry): boolean => {
    const isChosen = filter.matches(entry) && (!sandbox || entry.intended.server.sandbox);
    seen += 1;
    isFiltered ||= !isChosen;
    return isChosen;
  };
  const found = await newestSent(context, { ...filter, matches }, limit + 1);
  // `--again 3` counts all tasks, whatever is filtered.
  const all =
    isFiltered && forPeople ? await newestSent(context, { matches: () => true, since: undefined }, seen) : found;
  const numbers = new Map(all.map(({ key }, index) => [key, index + 1]));
  const rows = found
    .slice(0, limit)
    .map((entry) => ({ number: numbers.get(entry.key) ?? 0, report: recordedReport(context, entry, false) }));
  const paint = await colours(wantsColour(stdout, world.env, context.flags.color));
  const lines = forPeople ? alignedLines(rows, stdout.columns(), paint, world.cwd) : [];
  for (const [at, { report }] of rows.entries()) {
    if (stdout.isClosed()) break;
    await reporter.data(report, lines[at] ?? tabbedLine(report, world.cwd));
  }
  if (found.length === 0) reporter.note('No matching tasks on this machine');
  else if (found.length > limit && flags.limit === undefined)
    reporter.next(context.command(`history --limit ${limit * 4}`), 'More');
  return 0;
}
