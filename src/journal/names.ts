import { randomBytes } from 'node:crypto';
import { parseOwner } from './owner.ts';

/**
 * The name of a run's file: `<stamp>.<whose>.jsonl`, or `<stamp>+<n>.<whose>.jsonl` where the run was taken over n times.
 * `whose` names the process that owns it, so that taking it over is one rename.
 */
export interface RunName {
  /** When it was made, in milliseconds to the base 36, and something random. It stays when the file is renamed. */
  stamp: string;
  takenOver: number;
  whose: string;
}

/** Owns runs that were left unfinished, and on which no process works. */
export const nobody = 'nobody';
/** Likewise, and everything that is left of the run was let go on purpose. */
export const letGo = 'let-go';

const ending = '.jsonl';

export function isRunFile(file: string): boolean {
  return file.endsWith(ending);
}

/** Reads the name of a run's file; one that was renamed by hand is nobody's. */
export function parseRunName(path: string): RunName {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const [first = '', whose = nobody] = file.slice(0, -ending.length).split('.');
  const [stamp = first, takenOver = '0'] = first.split('+');
  return { stamp, takenOver: Number(takenOver) || 0, whose };
}

export function runFile({ stamp, takenOver, whose }: RunName): string {
  return `${stamp}${takenOver > 0 ? `+${takenOver}` : ''}.${whose}${ending}`;
}

export function newStamp(now: number): string {
  return `${now.toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** A file that a killed process was about to give its name. */
export function unnamedBy(file: string): ReturnType<typeof parseOwner> {
  const [, whose = ''] = /\.([^.]+)\.jsonl\.[0-9a-f]{8}$/.exec(file) ?? [];
  return parseOwner(whose);
}
