import { shownPath } from '../../report/human.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { costText } from '../../task/cost.ts';
import type { Colours } from '../../terminal/colours.ts';
import { columnsOf, fitted } from '../../terminal/columns.ts';
import { printable } from '../../terminal/printable.ts';

/** A task with the number that `--again` knows it by: 1 is the newest. */
export interface Row {
  number: number | undefined;
  report: TaskReport;
}

export interface Surface {
  /** 0 off a terminal. */
  columns: number;
  colours: Colours;
  cwd: string;
}

/** One line for each of these tasks: aligned and as wide as the terminal, or separated by tabs elsewhere. */
export function historyLines(rows: readonly Row[], surface: Surface): (row: Row) => string {
  return surface.columns > 0 ? alignedLine(rows, surface) : ({ report }) => tabbedLine(report, surface.cwd);
}

/** Date, state, model, prompt, task, seed, cost, then a column for each file. */
function tabbedLine(report: TaskReport, cwd: string): string {
  const { created_at, status, model, prompt, task_id, seed } = report;
  const cells = [created_at, status, model, prompt, task_id, seed, costOf(report)];
  return [...cells.map((cell) => printable(`${cell ?? ''}`)), ...filesOf(report, cwd)].join('\t');
}

interface Column {
  text(row: Row): string;
  shade?: (text: string) => string;
  /** It is cut to no fewer and shown in no more columns; without it, it is as wide as its widest text. */
  range?: readonly [least: number, most: number];
  /** Where there is no room, it goes: the lowest first. */
  spare?: number;
}

const gap = '  ';
const markWidth = 2;

function alignedLine(rows: readonly Row[], { columns, colours, cwd }: Surface): (row: Row) => string {
  const shade = colours.quiet;
  const all: Column[] = [
    { text: ({ number }) => `${number ?? ''}` },
    { text: ({ report }) => localDate(report.created_at), shade, spare: 2 },
    { text: ({ report }) => report.model ?? '', shade, spare: 4 },
    { text: ({ report: { seed } }) => (seed === null ? '' : `seed ${seed}`), shade, spare: 3 },
    { text: ({ report }) => costOf(report), spare: 5 },
    { text: ({ report }) => report.prompt ?? '', range: [10, 48] },
    { text: ({ report }) => report.task_id ?? '', spare: 1 },
    { text: ({ report }) => outcome(report, cwd), range: [12, 1000] },
  ];
  let shown = all.map((column) => ({ ...column, width: widest(rows, column.text) })).filter(({ width }) => width > 0);
  for (const spare of [1, 2, 3, 4, 5]) {
    if (excessOf(shown, columns, 0) > 0) shown = shown.filter((column) => column.spare !== spare);
  }
  let excess = excessOf(shown, columns, 1);
  const widths = shown.map(({ width, range: [least, most] = [1000, 1000] }) => {
    const cut = Math.max(0, Math.min(excess, Math.min(most, width) - least));
    excess -= cut;
    return Math.min(most, width) - cut;
  });
  return (row) => {
    const cells = shown.map(({ text, shade: shaded = String }, at) => shaded(fitted(text(row), widths[at] ?? 0)));
    return `${mark(row.report, colours)} ${cells.join(gap)}`.trimEnd();
  };
}

/** How much too wide the columns are. @param bound 0 where each is cut as far as may be, 1 where none is */
function excessOf(
  shown: ReadonlyArray<Pick<Column, 'range'> & { width: number }>,
  columns: number,
  bound: 0 | 1,
): number {
  const widths = shown.map(({ width, range }) => Math.min(range?.[bound] ?? width, width));
  return widths.reduce((sum, width) => sum + width + gap.length, markWidth - gap.length) - columns;
}

function widest(rows: readonly Row[], text: Column['text']): number {
  return rows.reduce((most, row) => Math.max(most, columnsOf(printable(text(row)))), 0);
}

function mark({ status }: TaskReport, { good, bad, warning }: Colours): string {
  if (status === 'failed') return bad('✖');
  return status === 'completed' ? good('✔') : warning('…');
}

function costOf({ status, cost, sandbox }: TaskReport): string {
  return costText(cost, { failed: status === 'failed', sandbox });
}

function outcome(report: TaskReport, cwd: string): string {
  if (report.error) return report.error.message;
  return filesOf(report, cwd).join(', ') || (report.resume ?? '');
}

function filesOf({ images }: TaskReport, cwd: string): string[] {
  return images.flatMap(({ path }) => (path === null ? [] : [printable(shownPath(path, cwd))]));
}

/** `2026-11-20 14:30` as the clock on the wall had it. */
export function localDate(iso: string | null): string {
  if (iso === null) return '';
  const date = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
