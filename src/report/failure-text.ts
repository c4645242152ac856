import type { Colours } from '../terminal/colours.ts';
import { printable } from '../terminal/printable.ts';
import type { ErrorReport } from './task-report.ts';

/** A failure in two lines: what happened, and what to do. Between them stand the details that it has, one a line. */
export function failureText(error: ErrorReport, colours: Colours, resume: string | null): string {
  const about = error.request_id ? colours.quiet(` (request ${printable(error.request_id)})`) : '';
  const what = [`${colours.bad('error:')} ${printable(error.message)}${about}`, ...detailLines(error)].join(
    '\n',
  );
  // The command stands last, to be copied with the end of the line.
  const todo = [error.hint, resume && `Take it up again: ${resume}`].filter(Boolean).join('. ');
  return todo ? `${what}\n${printable(todo)}\n` : `${what}\n`;
}

/** What the service sends as details is for scripts, and what the message holds is not told twice. */
function detailLines({ details, status, message }: ErrorReport): string[] {
  if (status !== null || !Array.isArray(details)) return [];
  return details
    .map(String)
    .filter((detail) => !message.includes(detail))
    .map((detail) => `  ${printable(detail)}`);
}
