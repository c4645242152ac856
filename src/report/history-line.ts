import type { Colours } from '../terminal/colours.ts';
import { fitted, gap, widthsFor } from '../terminal/columns.ts';
import { printable, shortened } from '../terminal/printable.ts';
import { shownPath } from './human.ts';
import type { TaskReport } from './task-report.ts';

export interface Surface {
  /** 0 off a terminal. */
  columns: number;
  colours: Colours;
  cwd: string;
}

const longestPrompt = 48;

/** Formats each of these tasks as one line: aligned columns that fit a terminal, tabs elsewhere. */
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
  const widths = widthsFor(reports.map(cellsOf), columns);
  const plain = (text: string): string => text;
  const shades: Record<TaskReport['status'], (text: string) => string> = {
    completed: colours.good,
    failed: colours.bad,
    processing: colours.warning,
    pending: colours.warning,
  };
  return (report) => {
    const last = filesOf(report, cwd).length > 0 ? plain : colours.quiet;
    const paint = [colours.quiet, shades[report.status], colours.quiet, plain, plain, last];
    const cells = cellsOf(report).map((cell, at) => fitted(cell, widths[at] ?? 0));
    const end = cells.findLastIndex((cell) => cell.trim() !== '');
    const shown = cells.slice(0, end + 1).map((cell, at) => (at === end ? cell.trimEnd() : cell));
    return shown.map((cell, at) => (paint[at] ?? plain)(cell)).join(gap);
  };

  function cellsOf(report: TaskReport): string[] {
    const { created_at, status, model, prompt, task_id, error, resume } = report;
    const files = filesOf(report, cwd).join(', ');
    const outcome = error?.message ?? (files || (resume ?? ''));
    return [
      localDate(created_at),
      status,
      model ?? '',
      shortened(prompt ?? '', longestPrompt),
      task_id ?? '',
      outcome,
    ];
  }
}

function filesOf({ images }: TaskReport, cwd: string): string[] {
  return images.flatMap(({ path }) => (path === null ? [] : [printable(shownPath(path, cwd))]));
}

/** `2026-11-20 14:30` as the clock on the wall had it. */
function localDate(iso: string | null): string {
  if (iso === null) return '';
  const date = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
