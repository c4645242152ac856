import { parseDuration } from '../task/duration.ts';
import { parseDollars } from '../task/money.ts';
import { parseSize } from '../task/size.ts';

/** What the user wants of each task, and how long to wait. */
export interface Wishes {
  /** `false`: submit and let go. */
  wait: boolean;
  /** `false`: poll once; a task that still runs is a failure. */
  patient: boolean;
  /** `false`: the URLs are enough. */
  download: boolean;
  timeoutMs: number;
  /** A fixed interval between polls; adaptive where it is not given. */
  pollIntervalMs?: number | undefined;
  /** The largest picture to accept. */
  maxBytes: number;
  /** The most that all tasks may cost together, in micro-cents of a US dollar. */
  maxCost?: number | undefined;
}

/** The flags about waiting and saving, as they were typed. */
export interface WaitingFlags {
  wait?: boolean;
  download?: boolean;
  timeout?: string;
  pollInterval?: string;
  maxBytes?: string;
  maxCost?: string;
}

const defaultTimeout = '15m';
const defaultMaxBytes = 256 * 1024 * 1024;

/** Every problem goes to `problems`, naming its flag. */
export function readWishes(
  flags: WaitingFlags,
  timeoutSetting: string | undefined,
  problems: string[],
): Wishes {
  const timeout = flags.timeout ?? timeoutSetting ?? defaultTimeout;
  const timeoutMs = parseDuration(timeout);
  if (!timeoutMs) problems.push(`--timeout ${JSON.stringify(timeout)} is no duration like 90s or 15m`);
  const pollIntervalMs = flags.pollInterval === undefined ? undefined : parseDuration(flags.pollInterval);
  if (flags.pollInterval !== undefined && !pollIntervalMs) {
    problems.push(`--poll-interval ${JSON.stringify(flags.pollInterval)} is no duration like 2s or 500ms`);
  }
  const maxBytes = flags.maxBytes === undefined ? defaultMaxBytes : parseSize(flags.maxBytes);
  if (!maxBytes) problems.push(`--max-bytes ${JSON.stringify(flags.maxBytes)} is no size like 20MB`);
  const maxCost = flags.maxCost === undefined ? undefined : parseDollars(flags.maxCost);
  if (flags.maxCost !== undefined && maxCost === undefined)
    problems.push(`--max-cost ${JSON.stringify(flags.maxCost)} is no amount of dollars like 0.50`);
  return {
    wait: flags.wait !== false,
    patient: true,
    download: flags.download !== false,
    timeoutMs: timeoutMs ?? 1,
    pollIntervalMs,
    maxBytes: maxBytes ?? 1,
    maxCost,
  };
}
