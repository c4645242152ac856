import type { Cost } from '../task/task.ts';
import type { Event, SavedFile, Target } from './event.ts';

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
  /** Temporary files that were made for it, by whoever worked on it. */
  temps: string[];
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
        temps: [],
        saving: {},
        saved: {},
      });
    return;
  }
  const entry = entries.get(key);
  if (!entry) return;
  if (happened.event === 'let-go') entry.letGo = true;
  else if (happened.event === 'retargeted') retarget(entry, happened.target);
  else if (happened.event === 'temporary') entry.temps.push(happened.path);
  else if (happened.event === 'saving') entry.saving[happened.index] = happened;
  else if (happened.event === 'saved') entry.saved[happened.index] = happened.file;
  else Object.assign(entry, { [event]: told });
}

/** A picture that is somewhere else is not where it is wanted now. */
function retarget(entry: Entry, target: Target): void {
  const { folder, output } = entry.intended.target;
  if (folder !== target.folder || output !== target.output) Object.assign(entry, { saving: {}, saved: {} });
  entry.intended.target = target;
}

/** What was told last of the task's price. */
export function costOf({ accepted, completed, ended }: Entry): Cost | null {
  return ended?.cost ?? completed?.cost ?? accepted?.cost ?? null;
}

/** The entry's pictures that are on disk, in their order. */
export function filesOf(entry: Entry): SavedFile[] {
  return Object.keys(entry.saved)
    .map(Number)
    .sort((a, b) => a - b)
    .map((index) => entry.saved[index] as SavedFile);
}

/** When the service took the task, else when it was to be asked for it; milliseconds since 1970. */
export function beganAt({ accepted, intended }: Entry): number {
  return accepted?.at ?? intended.at;
}
