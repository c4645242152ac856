import { type FilterFlags, newestSent, readFilter, readLimit } from '../../command-line/history-filter.ts';
import type { Context } from '../../context.ts';
import { tellAll } from '../../errors.ts';
import { beganAt, type Entry } from '../../journal/entry.ts';
import { didYouMean } from '../../near-miss.ts';
import { recordedReport } from '../../report/report-entry.ts';
import { colours, wantsColour } from '../../terminal/colours.ts';
import { type Span, showSums, spans } from './sum.ts';
import { historyLines } from './table.ts';

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

  const numbers = forPeople ? numberAll(filter) : undefined;
  const asked = numbers?.filter ?? filter;
  const matches = (entry: Entry) => asked.matches(entry) && (!sandbox || entry.intended.server.sandbox);
  const found = await newestSent(context, { ...asked, matches }, limit + 1);
  const shown = found
    .slice(0, limit)
    .map((entry) => ({ number: numbers?.of(entry), report: recordedReport(context, entry, false) }));
  const line = historyLines(shown, {
    columns: stdout.columns(),
    colours: await colours(wantsColour(stdout, world.env, context.flags.color)),
    cwd: world.cwd,
  });
  for (const row of shown) {
    if (stdout.isClosed()) break;
    await reporter.data(row.report, line(row));
  }
  if (found.length === 0) reporter.note('No matching tasks on this machine');
  else if (found.length > limit && flags.limit === undefined)
    reporter.next(context.command(`history --limit ${limit * 4}`), 'More');
  return 0;
}

type Chosen = ReturnType<typeof readFilter>;

/** Counts every task down to the oldest that is shown: `--again 3` finds the same, whatever is filtered. */
function numberAll(filter: Chosen): { filter: Chosen; of(entry: Entry): number } {
  const seen = new Map<string, number>();
  let ranks: Map<string, number> | undefined;
  return {
    filter: {
      ...filter,
      matches(entry) {
        seen.set(entry.key, beganAt(entry));
        return filter.matches(entry);
      },
    },
    of({ key }) {
      ranks ??= new Map(
        [...seen].sort(([a, atA], [b, atB]) => atB - atA || (a < b ? -1 : 1)).map(([each], index) => [each, index + 1]),
      );
      return ranks.get(key) ?? 0;
    },
  };
}
