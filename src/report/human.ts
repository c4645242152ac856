import { relative, sep } from 'node:path';
import { formatDuration } from '../task/duration.ts';
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
      return [[report.task_id, report.status, ...report.images.map(({ url }) => printable(url))].join('\t')];
    case 'nothing':
      return [];
  }
}

/** As seen from the current folder, where the file is in it; never to be mistaken for a flag. */
function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  if (near === '' || near.startsWith('..') || near.startsWith(sep)) return path;
  return near.startsWith('-') ? `.${sep}${near}` : near;
}

/** A finished task in one line, for stderr. */
export function summary(report: TaskReport, colours: Colours): string {
  const pictures = report.images.filter(({ path }) => path !== null).map(pictureFacts);
  const facts = [
    ...pictures,
    report.elapsed_ms === null ? '' : formatDuration(report.elapsed_ms),
    costText(report),
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

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function costText({ cost }: TaskReport): string {
  if (cost === null) return '';
  if (cost.refunded) return 'refunded';
  const cents = cost.charged_cents ?? cost.reserved_cents;
  return cents === null
    ? ''
    : `${cost.currency === 'USD' ? '$' : `${cost.currency} `}${(cents / 100).toFixed(2)}`;
}
