import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import type { Clock } from '../world.ts';
import { lifeHere, type Owner, ownerName, parseOwner } from './owner.ts';

/** How often a process shows that it lives. */
const beatMs = 2_500;
/** A process elsewhere is dead when it gave no sign for so long, watched by one's own clock. */
export const leaseMs = 25_000;
/** It is watched at least so long, however old its last sign is by the clock of the file system. */
export const leastWatchMs = 5_000;
const pollMs = 250;
/** What a process elsewhere left is removed when its last sign is so old. */
const longGoneMs = 24 * 3_600_000;

type Life = 'alive' | 'dead' | 'unsure';

/** Shows other processes that this one lives, and finds out whether they do. */
export interface Pulse {
  /** Starts to show signs of life. */
  start(): Promise<void>;
  /**
   * Tells whether a process lives; `unsure` where it is on another machine or in another container, unless it was
   * watched and has given no sign since.
   * @param file the file that shows its signs where it has no pulse file: an older version wrote it
   */
  lifeOf(owner: Owner, file: string): Promise<Life>;
  /** Tells whether a process is dead: one of which nobody is sure is watched until it gives a sign, or for a lease. */
  isDead(owner: Owner, file: string, signal: AbortSignal): Promise<boolean>;
  stop(): Promise<void>;
}

export interface PulseOptions {
  /** The state folder. */
  folder: string;
  files: Files;
  clock: Clock;
  owner: Owner;
  /** Throws where no process has this number; changes nothing. */
  probe(pid: number): void;
  /** Called with each sign of life. */
  onBeat(): void;
}

/** What shows that this process lives: several records may be open in it. */
interface Heart {
  /** Called with each sign of life. */
  heard: Set<() => void>;
  beat(): Promise<void>;
  /** Resolves when no sign is being written any more. */
  stop(): Promise<void>;
}

/** By the path of the file. */
const hearts = new Map<string, Heart>();

function beatIn(folder: string, file: string, { files, clock }: PulseOptions): Heart {
  let beats = 0;
  let last = Promise.resolve();
  const heard = new Set<() => void>();
  async function beat(): Promise<void> {
    await files.makeFolder(folder); // it may have been deleted
    await files.write(file, String(++beats));
  }
  const stop = clock.every(beatMs, () => {
    for (const hear of heard) hear();
    last = beat().catch(() => undefined); // whoever watches then takes over, and this process notices
  });
  return {
    heard,
    beat,
    stop() {
      stop();
      return last;
    },
  };
}

/** Each process writes a file `alive/<owner>` over and over: whoever wonders watches whether it changes. */
export function openPulse(options: PulseOptions): Pulse {
  const { files, clock, owner, probe, onBeat } = options;
  const folder = join(options.folder, 'alive');
  const path = (each: Owner): string => join(folder, ownerName(each));
  /** The last signs of processes elsewhere that were watched, and dead. */
  const lastSigns = new Map<string, string | undefined>();
  let starting: Promise<void> | undefined;

  async function start(): Promise<void> {
    const file = path(owner);
    const heart = hearts.get(file) ?? beatIn(folder, file, options);
    hearts.set(file, heart);
    heart.heard.add(onBeat);
    await heart.beat();
    await removeDead().catch(() => undefined);
  }

  /**
   * Removes the signs and claims of dead processes: of this machine's, and of others' that gave no sign for a day by the
   * clock of the file system. One that was frozen for so long shows signs again when it goes on, and has lost its claims.
   */
  async function removeDead(): Promise<void> {
    const writtenAt = async (file: string): Promise<number> => (await files.facts(file))?.writtenMs ?? 0;
    const now = await writtenAt(path(owner));
    for (const place of [folder, join(options.folder, 'claims')]) {
      for (const name of await files.list(place)) {
        const each = name.split('.').map(parseOwner).find(Boolean);
        if (!each || ownerName(each) === ownerName(owner)) continue;
        const life = lifeHere(each, owner, probe);
        const isLongGone = async (): Promise<boolean> =>
          now - Math.max(await writtenAt(path(each)), await writtenAt(join(place, name))) > longGoneMs;
        if (life === 'dead' || (life === 'unsure' && (await isLongGone()))) await files.remove(join(place, name));
      }
    }
  }

  /** What changes with each sign; undefined where there is none any more. */
  async function signOf(each: Owner, file: string): Promise<string | undefined> {
    const text = await files.read(path(each)).catch(() => undefined);
    if (text !== undefined) return `beat ${text}`;
    return (await files.facts(file).catch(() => undefined))?.version;
  }

  /** How old the last sign is by the clock of the file system, which wrote both times. */
  async function ageOf(each: Owner, file: string): Promise<number> {
    const theirs = (await files.facts(path(each))) ?? (await files.facts(file));
    const trial = join(folder, `${ownerName(owner)}.clock`);
    await files.makeFolder(folder);
    await files.write(trial, '');
    const now = await files.facts(trial);
    await files.remove(trial);
    return theirs && now ? now.writtenMs - theirs.writtenMs : 0;
  }

  async function lifeOf(each: Owner, file: string): Promise<Life> {
    const life = lifeHere(each, owner, probe);
    const name = ownerName(each);
    if (life !== 'unsure' || !lastSigns.has(name)) return life;
    return (await signOf(each, file)) === lastSigns.get(name) ? 'dead' : 'unsure';
  }

  /** Tells whether a process gives no sign for a lease. */
  async function isSilent(each: Owner, file: string, signal: AbortSignal): Promise<boolean> {
    const before = await signOf(each, file);
    const age = await ageOf(each, file).catch(() => 0);
    const watchMs = Math.min(leaseMs, Math.max(leastWatchMs, leaseMs - Math.max(0, age)));
    const began = clock.monotonic();
    while (clock.monotonic() - began < watchMs) {
      await clock.wait(pollMs, signal);
      const now = await signOf(each, file);
      if (now !== before && now !== undefined) return false;
    }
    lastSigns.set(ownerName(each), before);
    return true;
  }

  return {
    start() {
      starting ??= start().catch((error) => {
        starting = undefined;
        throw error;
      });
      return starting;
    },

    lifeOf,

    async isDead(each, file, signal) {
      const life = await lifeOf(each, file);
      return life === 'dead' || (life === 'unsure' && (await isSilent(each, file, signal)));
    },

    async stop() {
      const heart = hearts.get(path(owner));
      starting = undefined;
      if (!heart?.heard.delete(onBeat) || heart.heard.size > 0) return;
      hearts.delete(path(owner));
      await heart.stop();
      await files.remove(path(owner)).catch(() => undefined);
    },
  };
}
