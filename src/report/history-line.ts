import type { Colours } from '../terminal/colours.ts';
import { fitted, printable } from '../terminal/printable.ts';
import { shownPath } from './human.ts';
import type { TaskReport } from './task-report.ts';

export interface Surface {
  /** 0 off a terminal. */
  columns: number;
  colours: Colours;
  cwd: string;
}

const dateColumns = 16;
const stateColumns = 10;
const gap = '  ';

/** One line for each of these tasks: aligned on a terminal, tab separated elsewhere. */
export function historyLines(
  reports: readonly TaskReport[],
  surface: Surface,
): (report: TaskReport) => string {
  return surface.columns > 0 ? alignedLine(reports, surface) : (report) => tabbedLine(report, surface.cwd);
}

/** Date, state, model, prompt, task, then a column for each file. */
function tabbedLine(report: TaskReport, cwd: string): string {
  const cells = [report.created_at, report.status, report.model, report.prompt, report.task_id];
  return [...cells.map((cell) => printable(cell ?? '')), ...filesOf(report, cwd)].join('\t');
}

function alignedLine(
  reports: readonly TaskReport[],
  { columns, colours, cwd }: Surface,
): (report: TaskReport) => string {
  const widest = (cell: (report: TaskReport) => string | null): number =>
    reports.reduce((most, report) => Math.max(most, cell(report)?.length ?? 0), 0);
  const model = widest((report) => report.model);
  const task = Math.min(
    36,
    widest((report) => report.task_id),
  );
  const taken = dateColumns + stateColumns + model + task + 5 * gap.length;
  const prompt = Math.min(48, Math.max(16, columns - taken - 24));
  const shades: Record<TaskReport['status'], (text: string) => string> = {
    completed: colours.good,
    failed: colours.bad,
    processing: colours.warning,
    pending: colours.warning,
  };
  return (report) =>
    [
      colours.quiet(localDate(report.created_at)),
      shades[report.status](fitted(report.status, stateColumns)),
      colours.quiet(fitted(report.model ?? '', model)),
      fitted(report.prompt ?? '', prompt),
      printable(report.task_id ?? '').padEnd(task),
      outcome(report),
    ]
      .join(gap)
      .trimEnd();

  function outcome(report: TaskReport): string {
    if (report.error) return colours.quiet(printable(report.error.message));
    return filesOf(report, cwd).join(', ') || colours.quiet(report.resume ?? '');
  }
}

function filesOf({ images }: TaskReport, cwd: string): string[] {
  return images.flatMap(({ path }) => (path === null ? [] : [printable(shownPath(path, cwd))]));
}

/** `2026-11-20 14:30` as the clock on the wall had it. */
function localDate(iso: string | null): string {
  if (iso === null) return ' '.repeat(dateColumns);
  const date = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
