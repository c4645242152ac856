import { type ErrorCode, Failure } from '../../errors.ts';
import type { Colours } from '../../terminal/colours.ts';
import { printable } from '../../terminal/printable.ts';
import { wrapped } from '../../terminal/wrap.ts';

/** The result of one check. */
export interface Check {
  name: string;
  /** `error`: a `generate` would fail with `code`. */
  state: 'ok' | 'warning' | 'error';
  message: string;
  /** What to do about it. */
  hint?: string | undefined;
  code?: ErrorCode;
}

export function ok(name: string, message: string, hint?: string): Check {
  return { name, state: 'ok', message, hint };
}

export function warning(name: string, message: string, hint?: string): Check {
  return { name, state: 'warning', message, hint };
}

export function broken(name: string, { message, facts, code }: Failure): Check {
  return { name, state: 'error', message, hint: facts.hint, code };
}

/** Does the check; a failure is its result. */
export async function attempt(name: string, check: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return broken(name, error);
  }
}

/** A mark, two spaces and the longest name. */
const indent = 13;

/** The lines of one check, wrapped to fit a terminal. */
export function linesOf({ name, state, message, hint }: Check, paint: Colours, columns: number): string {
  const mark = { ok: paint.good('✔'), warning: paint.warning('!'), error: paint.bad('✘') }[state];
  const below = (text: string): string[] => wrapped(printable(text), Math.max(0, columns - indent)).split('\n');
  const [first = '', ...rest] = below(message);
  const more = hint ? below(`→ ${hint}`).map(paint.quiet) : [];
  const head = `${mark} ${paint.strong(name.padEnd(indent - 3))} ${first}`;
  return [head, ...[...rest, ...more].map((line) => ' '.repeat(indent) + line)].join('\n');
}
