import { _default, boolean, exactOptional, object, type output } from 'zod/mini';
import { parseDuration } from '../task/duration.ts';
import { parseDollars } from '../task/money.ts';
import { parseSize } from '../task/size.ts';
import { parseFields, type Source, textAs } from './parse-fields.ts';

export const timeout = durationSuchAs('90s or 15m');

const wishes = object({
  /** `false`: submit and exit. */
  wait: _default(boolean(), true),
  /** `false`: print the URLs and save nothing. */
  download: _default(boolean(), true),
  timeout: _default(timeout, 15 * 60_000),
  pollInterval: exactOptional(durationSuchAs('2s or 500ms')),
  /** The largest picture to accept. */
  maxBytes: _default(textAs(parseSize, 'use a size such as 20MB'), 256 * 1024 * 1024),
  /** The most that all tasks may cost together, in micro-cents of a US dollar. */
  maxCost: exactOptional(textAs(parseDollars, 'use an amount of US dollars such as 0.50')),
});

/** Options of a call: whether and how long to wait, whether to save, the limits. */
export interface Wishes extends Omit<output<typeof wishes>, 'timeout' | 'pollInterval'> {
  /** `false`: poll once; a task that still runs is a failure. */
  pollUntilEnd: boolean;
  timeoutMs: number;
  /** A fixed interval between polls; adaptive where it is not given. */
  pollIntervalMs?: number | undefined;
  /** What gave the limit of the cost, for messages: `--max-cost`, `setting max-cost`. */
  maxCostName?: string | undefined;
}

/** Parses these options. Returns undefined where there is a problem. */
export function parseWishes(sources: readonly Source[], problems: string[]): Wishes | undefined {
  const parsed = parseFields(wishes, sources, problems);
  if (!parsed) return undefined;
  const { timeout: timeoutMs, pollInterval: pollIntervalMs, ...same } = parsed;
  const maxCostName = sources.find((source) => source.value('maxCost') !== undefined)?.name('maxCost');
  return { ...same, ...(maxCostName && { maxCostName }), pollUntilEnd: true, timeoutMs, pollIntervalMs };
}

/** A duration of 0 is refused as a mistake. */
function durationSuchAs(examples: string) {
  return textAs((typed) => parseDuration(typed) || undefined, `use a duration such as ${examples}`);
}
