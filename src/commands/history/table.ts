import { shownPath } from '../../report/human.ts';
import type { TaskReport } from '../../report/task-report.ts';
import { costText } from '../../task/cost.ts';
import type { Colours } from '../../terminal/colours.ts';
import { table } from '../../terminal/columns.ts';
import { printable, shortened } from '../../terminal/printable.ts';

/** A task with the number that `--again` knows it by: 1 is the newest. */
export interface Row {
  number: number;
  report: TaskReport;
}

/** Date, state, model, prompt, task, seed, cost, then a column for each file, separated by tabs. */
export function tabbedLine(report: TaskReport, cwd: string): string {
  const { created_at, status, model, prompt, task_id, seed } = report;
  const cells = [created_at, status, model, prompt, task_id, seed, costOf(report)];
  return [...cells.map((cell) => printable(`${cell ?? ''}`)), ...filesOf(report, cwd)].join('\t');
}

/** A column, with the width of a terminal from which on there is room for it. */
type Column = readonly [text: (row: Row) => string, from: number];

const mostOfPrompt = 48;

/** Aligned lines that fit a terminal. */
export function alignedLines(rows: readonly Row[], columns: number, colours: Colours, cwd: string): string[] {
  const all: readonly Column[] = [
    [({ number }) => `${number}`, 0],
    [({ report }) => localDate(report.created_at), 70],
    [({ report }) => report.model ?? '', 110],
    [({ report: { seed } }) => (seed === null ? '' : `seed ${seed}`), 90],
    [({ report }) => costOf(report), 50],
    [({ report }) => shortened(report.prompt ?? '', mostOfPrompt), 0],
    [({ report }) => report.task_id ?? '', 130],
    [({ report }) => outcome(report, cwd), 0],
  ];
  const shown = all.filter(([, from]) => columns >= from);
  const used = shown.filter(([text]) => rows.some((row) => text(row) !== ''));
  const cells = rows.map((row) => used.map(([text]) => text(row)));
  return table(cells, columns - 2).map((line, at) => `${mark(rows[at]?.report, colours)} ${line}`);
}

function mark(report: TaskReport | undefined, { good, bad, warning }: Colours): string {
  if (report?.status === 'failed') return bad('✖');
  return report?.status === 'completed' ? good('✔') : warning('…');
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
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace('T', ' ');
}
