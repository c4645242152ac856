import type { Colours } from '../terminal/colours.ts';
import { printable } from '../terminal/printable.ts';
import type { ErrorReport } from './task-report.ts';

/** A failure in two lines at most: what happened, and what to do. */
export function failureText(error: ErrorReport, colours: Colours, resume: string | null): string {
  const about = error.request_id ? colours.quiet(` (request ${printable(error.request_id)})`) : '';
  const what = `${colours.bad('error:')} ${printable(error.message)}${about}`;
  // The command stands last, to be copied with the end of the line.
  const todo = [error.hint, resume && `Take it up again: ${resume}`].filter(Boolean).join('. ');
  return todo ? `${what}\n${printable(todo)}\n` : `${what}\n`;
}
