import type { Event, SavedFile } from './event.ts';

type Told<Name extends Event['event']> = Omit<Extract<Event, { event: Name }>, 'event' | 'key'>;

/** All that the record says of one task. */
export interface Entry {
  key: string;
  /** Another machine asked for it: what it asked for is not known. */
  foreign?: boolean;
  intended: Told<'intended'>;
  accepted?: Told<'accepted'>;
  letGo?: boolean;
  completed?: Told<'completed'>;
  /** Names that were about to be given to pictures, by the picture's index. */
  saving: Record<number, { path: string; sha256: string }>;
  saved: Record<number, SavedFile>;
  ended?: Told<'ended'>;
}

/** Adds one event to what is known. An event of a task that was never intended is passed over. */
export function apply(entries: Map<string, Entry>, happened: Event): void {
  const { event, key, ...told } = happened;
  if (happened.event === 'intended') {
    if (!entries.has(key))
      entries.set(key, {
        key,
        intended: told as Told<'intended'>,
        saving: {},
        saved: {},
      });
    return;
  }
  const entry = entries.get(key);
  if (!entry) return;
  if (happened.event === 'let-go') entry.letGo = true;
  else if (happened.event === 'retargeted') entry.intended.target = happened.target;
  else if (happened.event === 'saving') entry.saving[happened.index] = happened;
  else if (happened.event === 'saved') entry.saved[happened.index] = happened.file;
  else Object.assign(entry, { [event]: told });
}

/** The entry's pictures that are on disk, in their order. */
export function filesOf(entry: Entry): SavedFile[] {
  return Object.keys(entry.saved)
    .map(Number)
    .sort((a, b) => a - b)
    .map((index) => entry.saved[index] as SavedFile);
}
