import type { Step } from '../paid-task/engine.ts';
import { formatDuration } from '../task/duration.ts';
import { amountText } from '../task/money.ts';

/** How many tasks are where: what the status line says. */
export interface Tally {
  /** Undefined where it is not known yet: a batch that is still being read. */
  total: number | undefined;
  done: number;
  failed: number;
  cents: number;
  running: ReadonlyMap<string, Step>;
}

/** The status line, with the seconds since the beginning. */
export function tallyText({ total, done, failed, cents, running }: Tally, elapsedMs: number): string {
  const [only] = running.values();
  const time = formatDuration(Math.floor(elapsedMs / 1000) * 1000).replace('.0s', 's');
  if (total === 1 && only) {
    return [`${only.model ?? 'task'}: ${only.doing}`, only.detail, time, only.taskId]
      .filter(Boolean)
      .join(' · ');
  }
  const counts = [
    `${done}${total === undefined ? '' : ` of ${total}`} done`,
    `${running.size} running`,
    failed > 0 && `${failed} failed`,
    cents > 0 && amountText(cents),
    time,
  ];
  return counts.filter(Boolean).join(' · ');
}
