import type { Context } from '../context.ts';
import { nameOfBatch } from '../disk/batch-name.ts';
import { beganAt, type Entry, filesOf } from '../journal/entry.ts';
import type { Query } from '../journal/newest.ts';
import { didYouMean } from '../near-miss.ts';
import { recordedStatus } from '../report/report-entry.ts';
import { parseModels } from '../request/request.ts';
import { flagSource } from '../request/sources.ts';
import { parseMoment } from '../task/moment.ts';
import { searchFor } from '../task/search.ts';
import type { FilterFlags } from './flags.ts';

/** Which recorded tasks are chosen. */
export type Filter = Pick<Query, 'matches' | 'since'>;

const states = ['completed', 'failed', 'processing', 'pending', 'unfinished'];

/** Which recorded tasks the flags choose. Every problem goes to `problems`, naming its flag. */
export function readFilter(context: Context, flags: FilterFlags, problems: string[]): Filter {
  const { clock, cwd } = context.world;
  const found = searchFor(flags.search ?? '');
  const models: readonly string[] | undefined = parseModels([flagSource(flags)], problems);
  const wanted = flags.state?.split(',').map((word) => word.trim());
  for (const word of wanted ?? [])
    if (!states.includes(word))
      problems.push(`Invalid --state ${JSON.stringify(word)}: use ${states.join(', ')}${didYouMean(word, states)}`);
  const [since, until, before] = (['since', 'until', 'before'] as const).map((name) => {
    const { [name]: typed } = flags;
    const moment = typed === undefined ? undefined : parseMoment(typed, clock.now());
    if (typed !== undefined && !moment)
      problems.push(
        `Invalid --${name} ${JSON.stringify(typed)}: use a date such as 2026-11-20 or an age such as 7d or 12h.`,
      );
    return name === 'until' ? moment?.to : moment?.from;
  });
  if (since !== undefined && until !== undefined && since > until)
    problems.push('--since is later than --until: no task can match');
  const batch = flags.batch === undefined ? undefined : nameOfBatch(cwd, flags.batch);

  return {
    since,
    matches(entry) {
      const { request, row } = entry.intended;
      const at = beganAt(entry);
      if (at < (since ?? at) || at > (until ?? at) || at >= (before ?? Number.POSITIVE_INFINITY)) return false;
      if (models && !models.includes(request.model)) return false;
      if (batch !== undefined && row?.batch !== batch) return false;
      const state = entry.ended === undefined ? ['unfinished', recordedStatus(entry)] : [recordedStatus(entry)];
      return (wanted?.some((word) => state.includes(word)) ?? true) && found(textsOf(entry));
    },
  };
}

/** The newest tasks of the record that were sent to a service and are chosen. What cannot be read is told. */
export function newestSent(context: Context, { matches, since }: Filter, limit: number): Promise<Entry[]> {
  const sent = (entry: Entry): boolean => entry.ended?.how !== 'given-up' && matches(entry);
  return context.journal.newest({ matches: sent, since, limit }, (path, error) => {
    const { code } = error as NodeJS.ErrnoException;
    context.reporter.warn(`${path} cannot be read (${code ?? error}): it is left out`);
  });
}

function textsOf(entry: Entry): string[] {
  const { request, row } = entry.intended;
  const { prompt, negativePrompt = '' } = request;
  return [prompt, negativePrompt, entry.accepted?.id ?? '', row?.id ?? '', ...filesOf(entry).map(({ path }) => path)];
}

/** Undefined without the flag. */
export function readLimit(typed: string | undefined, problems: string[]): number | undefined {
  if (typed === undefined) return undefined;
  const limit = Number(typed);
  if (/^\d+$/.test(typed) && limit >= 1) return limit;
  problems.push(`Invalid --limit ${JSON.stringify(typed)}: use a whole number from 1.`);
  return undefined;
}
