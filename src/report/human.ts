import { relative, sep } from 'node:path';
import { costText } from '../task/cost.ts';
import { formatDuration } from '../task/duration.ts';
import { amountText } from '../task/money.ts';
import { sizeText } from '../task/size.ts';
import type { Colours } from '../terminal/colours.ts';
import { printable, shortened } from '../terminal/printable.ts';
import { wrapped } from '../terminal/wrap.ts';
import type { ErrorReport, TaskReport } from './task-report.ts';

/** The data about a task that goes to stdout. */
export type Wanted = 'files' | 'urls' | 'id' | 'state' | 'nothing';

/** Further facts to print with a task. */
export interface Remarks {
  /** How it differs from the others of its call: `imagen-4-fast · seed 1`. */
  label?: string | undefined;
  /** It is one of several without a label: a failure names the task. */
  isOneOfMany?: boolean;
  /** The account's balance, where it is known and printed. */
  balanceCents?: number | undefined;
}

/** The data of a task for people and simple scripts: one item a line. */
export function dataLines(report: TaskReport, wanted: Wanted, cwd: string): string[] {
  switch (wanted) {
    case 'files':
      return report.images.flatMap(({ path }) => (path === null ? [] : [shownPath(path, cwd)]));
    case 'urls':
      return report.images.map(({ url }) => printable(url));
    case 'id':
      return report.task_id === null ? [] : [report.task_id];
    case 'state':
      if (report.error && report.error.code !== 'task_failed') return []; // its state is unknown
      return [[report.task_id, report.status, ...report.images.map(({ url }) => printable(url))].join('\t')];
    case 'nothing':
      return [];
  }
}

/** As seen from the current folder, where the file is in it; never to be mistaken for a flag. */
export function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  if (near === '' || near.startsWith('..') || near.startsWith(sep)) return path;
  return near.startsWith('-') ? `.${sep}${near}` : near;
}

/** A finished task in one line, for stderr. */
export function summary(report: TaskReport, colours: Colours, { label, balanceCents }: Remarks = {}): string {
  const { task_id, status, elapsed_ms, reused, sandbox, cost, images } = report;
  const saved = images.filter(({ path }) => path !== null);
  const paid = reused ? 'already paid' : costText(cost, { failed: status === 'failed', sandbox });
  const balance = balanceCents === undefined ? '' : `balance ${amountText(balanceCents)}`;
  const facts = [
    ...saved.map(({ width, height, mime, bytes }) => {
      const kind = mime?.replace('image/', '').toUpperCase() ?? '';
      return `${width}×${height} ${kind}, ${sizeText(bytes ?? 0)}`;
    }),
    // For an earlier purchase, the time would be its age.
    elapsed_ms === null || reused ? '' : formatDuration(elapsed_ms),
    // Without a task it is a file that existed before.
    [task_id === null ? '' : paid, balance].filter(Boolean).join(', '),
  ];
  const gap = label === undefined ? ' ' : ' · ';
  return `${colours.good('✔')} ${nameText(report, label)}${gap}${colours.quiet(facts.filter(Boolean).join(' · '))}`;
}

/** The prompt; of several pictures of one prompt, what tells them apart. */
function nameText({ row, prompt, task_id }: TaskReport, label: string | undefined): string {
  const shown = prompt === null ? (task_id ?? '') : shortened(prompt, 48);
  if (row === undefined) return label ?? shown;
  return `${row}: ${[shown, label].filter(Boolean).join(' · ')}`;
}

/**
 * A failure in two lines: what happened, and what to do. Between them stand the details that it has, one a line. The
 * command comes last, to be copied with the end of the line.
 * @param columns of the terminal; 0 off a terminal, where nothing is wrapped
 */
export function failureText(error: ErrorReport, colours: Colours, resume: string | null, columns = 0): string {
  const about = error.request_id ? colours.quiet(` (request ${printable(error.request_id)})`) : '';
  const what = `${colours.bad('error:')} ${printable(error.message)}${about}`;
  const command = resume === null ? '' : printable(resume);
  const todo = [error.hint && printable(error.hint), command && `Continue with: ${command}`].filter(Boolean);
  const lines = [what, ...detailLines(error)].map((line) => wrapped(line, columns));
  if (todo.length > 0) lines.push(wrapped(todo.join('. '), columns, command));
  return lines.map((line) => `${line}\n`).join('');
}

/** Lists details that the message does not contain. Those sent by the service are for scripts only. */
function detailLines({ details, status, message }: ErrorReport): string[] {
  if (status !== null || !Array.isArray(details)) return [];
  return details
    .map(String)
    .filter((detail) => !message.includes(detail))
    .map((detail) => `  ${printable(detail)}`);
}
