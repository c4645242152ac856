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
  /** As few columns as it may be cut to; without it, it is never cut. */
  least?: number;
}

const gap = 2;
const mostPrompt = 48;

function alignedLine(rows: readonly Row[], { columns, colours, cwd }: Surface): (row: Row) => string {
  const plain = (text: string): string => text;
  const hasSeeds = rows.some(({ report }) => report.seed !== null);
  const all: Column[] = [
    { text: ({ number }) => `${number ?? ''}` },
    { text: ({ report }) => localDate(report.created_at), shade: colours.quiet },
    { text: ({ report }) => report.model ?? '', shade: colours.quiet },
    ...(hasSeeds ? [{ text: ({ report }: Row) => seedText(report), shade: colours.quiet }] : []),
    { text: ({ report }) => costOf(report) },
    { text: ({ report }) => report.prompt ?? '', least: 16 },
    { text: ({ report }) => report.task_id ?? '' },
    { text: ({ report }) => outcome(report, cwd), least: 16 },
  ];
  // Where there is no room, the id of the task goes first: `--again` takes its number, and --json has it.
  const fits = (some: readonly Column[]): boolean =>
    2 + some.reduce((sum, { text, least }) => sum + gap + (least ?? widest(rows, text)), -gap) <= columns;
  const shown = fits(all) ? all : all.filter((_, at) => at !== all.length - 2);
  const widths = widthsOf(rows, shown, columns - 2);
  return (row) => {
    const cells = shown.map(({ text, shade = plain }, at) => shade(fitted(text(row), widths[at] ?? 0)));
    return `${mark(row.report, colours)} ${cells.join(' '.repeat(gap))}`.trimEnd();
  };
}

/** What is left goes to the prompt, then to the files. */
function widthsOf(rows: readonly Row[], shown: readonly Column[], columns: number): number[] {
  const widths = shown.map(({ text, least }) =>
    Math.min(least ?? Number.POSITIVE_INFINITY, widest(rows, text)),
  );
  let left = columns - widths.reduce((sum, width) => sum + width + gap, -gap);
  for (const at of [shown.length - 1, shown.findIndex(({ least }) => least !== undefined)]) {
    const wanted = Math.min(
      widest(rows, shown[at]?.text ?? String),
      at === shown.length - 1 ? 40 : mostPrompt,
    );
    const more = Math.max(0, Math.min(left, wanted - (widths[at] ?? 0)));
    widths[at] = (widths[at] ?? 0) + more;
    left -= more;
  }
  const last = widths.length - 1;
  widths[last] = Math.max(1, (widths[last] ?? 0) + left);
  return widths;
}

function widest(rows: readonly Row[], text: Column['text']): number {
  return rows.reduce((most, row) => Math.max(most, columnsOf(printable(text(row)))), 0);
}

function mark({ status }: TaskReport, { good, bad, warning }: Colours): string {
  if (status === 'failed') return bad('✖');
  return status === 'completed' ? good('✔') : warning('…');
}

function seedText({ seed }: TaskReport): string {
  return seed === null ? '' : `seed ${seed}`;
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
