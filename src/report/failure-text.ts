import type { Colours } from '../terminal/colours.ts';
import { printable } from '../terminal/printable.ts';
import { wrapped } from '../terminal/wrap.ts';
import type { ErrorReport } from './task-report.ts';

/**
 * A failure in two lines: what happened, and what to do. Between them stand the details that it has, one a line. The
 * command comes last, to be copied with the end of the line.
 * @param columns of the terminal; 0 off a terminal, where nothing is wrapped
 */
export function failureText(
  error: ErrorReport,
  colours: Colours,
  resume: string | null,
  columns = 0,
): string {
  const about = error.request_id ? colours.quiet(` (request ${printable(error.request_id)})`) : '';
  const what = `${colours.bad('error:')} ${printable(error.message)}${about}`;
  const command = resume === null ? '' : printable(resume);
  const todo = [error.hint && printable(error.hint), command && `Continue with: ${command}`].filter(Boolean);
  const lines = [what, ...detailLines(error)].map((line) => wrapped(line, columns));
  if (todo.length > 0) lines.push(wrapped(todo.join('. '), columns, command));
  return lines.map((line) => `${line}\n`).join('');
}

/** What the service sends as details is for scripts, and what the message holds is not told twice. */
function detailLines({ details, status, message }: ErrorReport): string[] {
  if (status !== null || !Array.isArray(details)) return [];
  return details
    .map(String)
    .filter((detail) => !message.includes(detail))
    .map((detail) => `  ${printable(detail)}`);
}
