import type { Cost } from '../task/task.ts';
import type { Event, SavedFile, Target } from './event.ts';

type Told<Name extends Event['event']> = Omit<Extract<Event, { event: Name }>, 'event' | 'key'>;

/** What is known of a task's course. */
interface Course {
  key: string;
  letGo?: boolean;
  sending?: Told<'sending'>;
  /** How the request left, the first time first: in another form of the API, or with other addresses of pictures. */
  postings?: Told<'posting'>[];
  completed?: Told<'completed'>;
  /** Where the pictures that it is made from were uploaded to, by their digests. */
  uploads?: Record<string, { url: string; expiresAt: number }>;
  /** Temporary files that were made for it, by any run. */
  temps: string[];
  /** Names that were about to be given to pictures, by the picture's index. */
  saving: Record<number, { path: string; sha256: string }>;
  saved: Record<number, SavedFile>;
  ended?: Told<'ended'>;
}

/** Everything that the record says of one task. */
export interface Entry extends Course {
  intended: Told<'intended'>;
  accepted?: Told<'accepted'>;
}

/** A task of which only the id is known: another machine submitted it, or its request was damaged in the record. */
interface ForeignEntry extends Course {
  intended: Pick<Told<'intended'>, 'at' | 'server' | 'target' | 'account'> & {
    request?: undefined;
    row?: undefined;
    route?: undefined;
    inputs?: undefined;
    unsent?: undefined;
  };
  accepted: Pick<Told<'accepted'>, 'id' | 'at' | 'replayed' | 'cost'> &
    Partial<Pick<Told<'accepted'>, 'dialect' | 'statusUrl' | 'servedAt'>>;
}

export type TaskEntry = Entry | ForeignEntry;

/** Adds one event to what is known. An event of a task that was never intended is ignored. */
export function apply(entries: Map<string, TaskEntry>, happened: Event): void {
  const { event, key, ...told } = happened;
  if (happened.event === 'intended') {
    if (!entries.has(key))
      entries.set(key, { key, intended: told as Told<'intended'>, temps: [], saving: {}, saved: {} });
    return;
  }
  const entry = entries.get(key);
  if (!entry) return;
  if (happened.event === 'let-go') entry.letGo = true;
  else if (happened.event === 'retargeted') retarget(entry, happened.target);
  else if (happened.event === 'uploaded') entry.uploads = { ...entry.uploads, [happened.image]: happened };
  else if (happened.event === 'posting') addPosting(entry, happened);
  else if (happened.event === 'temporary') entry.temps.push(happened.path);
  else if (happened.event === 'saving') entry.saving[happened.index] = happened;
  else if (happened.event === 'saved') entry.saved[happened.index] = happened.file;
  else Object.assign(entry, { [event]: told });
}

/** A line may be in the record twice. */
function addPosting(entry: TaskEntry, { dialect, imageUrls, at }: Told<'posting'>): void {
  const name = JSON.stringify([dialect, imageUrls]);
  const others = entry.postings?.filter((each) => JSON.stringify([each.dialect, each.imageUrls]) !== name) ?? [];
  entry.postings = [...others, { at, dialect, ...(imageUrls && { imageUrls }) }];
}

/** Forgets the files where the pictures are now wanted in another place. */
function retarget(entry: TaskEntry, target: Target): void {
  const { folder, output } = entry.intended.target;
  if (folder !== target.folder || output !== target.output) Object.assign(entry, { saving: {}, saved: {} });
  entry.intended.target = target;
}

/** Returns the events that lead to what is known of a task, to write it into another run. */
export function eventsOf({ key, intended, accepted, completed, saved, ...entry }: Entry): Event[] {
  const { at } = intended;
  return [
    { event: 'intended', key, ...intended },
    ...Object.entries(entry.uploads ?? {}).map(
      ([image, { url, expiresAt }]) => ({ event: 'uploaded', key, at, image, url, expiresAt }) as const,
    ),
    ...(entry.sending ? [{ event: 'sending', key, ...entry.sending } as const] : []),
    ...(entry.postings ?? []).map((posting) => ({ ...posting, event: 'posting', key }) as const),
    ...(accepted ? [{ event: 'accepted', key, ...accepted } as const] : []),
    ...(entry.letGo ? [{ event: 'let-go', key, at } as const] : []),
    ...(completed ? [{ event: 'completed', key, ...completed } as const] : []),
    ...entry.temps.map((path) => ({ event: 'temporary', key, at, path }) as const),
    ...Object.entries(entry.saving).map(
      ([index, { path, sha256 }]) => ({ event: 'saving', key, at, index: Number(index), path, sha256 }) as const,
    ),
    ...Object.entries(saved).map(([index, file]) => ({ event: 'saved', key, at, index: Number(index), file }) as const),
  ];
}

/** Tells whether the request never left: nobody can have been charged for it. */
export function isUnsent({ intended, sending, postings, accepted }: TaskEntry): boolean {
  return intended.unsent === true && !sending && !postings && !accepted;
}

/** Returns what the service told last of the task's price. */
export function costOf({ accepted, completed, ended }: TaskEntry): Cost | null {
  return ended?.cost ?? completed?.cost ?? accepted?.cost ?? null;
}

/** Returns the entry's pictures that were saved, in their order. */
export function filesOf(entry: TaskEntry): SavedFile[] {
  return Object.keys(entry.saved)
    .map(Number)
    .sort((a, b) => a - b)
    .map((index) => entry.saved[index] as SavedFile);
}

/** Returns when the service accepted the task, else when it was intended; milliseconds since 1970. */
export function beganAt({ accepted, intended }: TaskEntry): number {
  return accepted?.at ?? intended.at;
}

/** A task of which a later run fetched the pictures again: what that run found out, else what was known before. */
export function joined(newer: Entry, older: Entry): Entry {
  return { ...older, ...newer, saved: { ...older.saved, ...newer.saved } };
}
