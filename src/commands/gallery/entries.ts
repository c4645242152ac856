import type { Entry } from '../../journal/entry.ts';

/** All of it is of one and the same batch. */
export function isBatch(entries: readonly Entry[]): boolean {
  const batches = new Set(entries.map(({ intended: { row } }) => row?.batch));
  return batches.size === 1 && !batches.has(undefined);
}

/** A row of a batch that failed first and was made later is made. */
export function withoutFailedTries(entries: readonly Entry[]): Entry[] {
  const nameOf = ({ intended: { row } }: Entry): string | undefined => row && `${row.batch} ${row.key}`;
  const made = new Set(entries.filter(({ saved }) => Object.keys(saved).length > 0).map(nameOf));
  return entries.filter((entry) => {
    const name = nameOf(entry);
    return name === undefined || Object.keys(entry.saved).length > 0 || !made.has(name);
  });
}

/** A batch as its file has it, everything else the newest first. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  const rowOf = ({ intended: { row } }: Entry): number => row?.row ?? 0;
  const modelOf = ({ intended: { request } }: Entry): string => request.model;
  if (!isBatch(entries)) return [...entries];
  return [...entries].sort((a, b) => rowOf(a) - rowOf(b) || modelOf(a).localeCompare(modelOf(b)));
}
