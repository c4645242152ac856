import { relative, sep } from 'node:path';
import { formatDuration } from '../task/duration.ts';
import { amountText } from '../task/money.ts';
import type { Colours } from '../terminal/colours.ts';
import { printable, shortened } from '../terminal/printable.ts';
import type { Wanted } from './reporter.ts';
import type { ImageReport, TaskReport } from './task-report.ts';

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
      if (report.error && report.error.code !== 'task_failed') return []; // nothing is known of it
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
export function summary(report: TaskReport, colours: Colours, balanceCents?: number): string {
  const pictures = report.images.filter(({ path }) => path !== null).map(pictureFacts);
  const facts = [
    ...pictures,
    report.elapsed_ms === null ? '' : formatDuration(report.elapsed_ms),
    [costText(report), balanceText(balanceCents)].filter((fact) => fact !== '').join(', '),
    report.replayed ? 'taken up, not paid again' : '',
  ].filter((fact) => fact !== '');
  const what = report.prompt === null ? (report.task_id ?? '') : shortened(report.prompt, 48);
  const row = report.row === undefined ? '' : `${report.row}: `;
  return `${colours.good('✔')} ${row}${what} ${colours.quiet(facts.join(' · '))}`;
}

function pictureFacts({ width, height, mime, bytes }: ImageReport): string {
  const kind = mime?.replace('image/', '').toUpperCase() ?? '';
  return `${width}×${height} ${kind}, ${sizeText(bytes ?? 0)}`;
}

/** `1482113` as `1.5 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function balanceText(cents: number | undefined): string {
  return cents === undefined ? '' : `balance ${amountText(cents)}`;
}

/** Empty where nothing is known. */
function costText({ cost }: Pick<TaskReport, 'cost'>): string {
  if (cost === null) return '';
  if (cost.refunded) return 'refunded';
  const cents = cost.charged_cents ?? cost.reserved_cents;
  return cents === null ? '' : amountText(cents, cost.currency);
}
