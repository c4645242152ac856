import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import type { Clock } from '../world.ts';
import type { Pulse } from './alive.ts';
import { type Owner, ownerName, parseOwner } from './owner.ts';

/** A share of the rows of a batch: the `index`-th of `of`, from 1. */
export interface Share {
  index: number;
  of: number;
}

/** Excludes other processes from the same work until it is released, or this process is dead. */
export interface Claim {
  /** Tells whether nobody has taken it away, believing this process dead. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

export interface ClaimOptions {
  /** The state folder. */
  folder: string;
  files: Files;
  clock: Clock;
  pulse: Pulse;
  owner: Owner;
}

const whole: Share = { index: 1, of: 1 };
const pollMs = 30;

/**
 * Claims a share of the work that `name` stands for; undefined where a living process holds a share that may have
 * rows in common with it. Two that ask at one instant see each other's files, and the smaller ticket wins.
 */
export async function claim(
  { folder, files, clock, pulse, owner }: ClaimOptions,
  name: string,
  share: Share = whole,
  signal: AbortSignal,
): Promise<Claim | undefined> {
  const place = join(folder, 'claims', name);
  const ticket = `${randomBytes(8).toString('hex')}.${ownerName(owner)}.${share.index}-${share.of}`;
  const asking = join(place, `${ticket}.asks`);
  const holding = join(place, `${ticket}.holds`);
  await files.makeFolder(place);
  await files.replace(asking, '');
  try {
    while (!(await isFree())) await clock.wait(pollMs, signal);
  } catch (error) {
    await files.remove(asking);
    if (error instanceof Taken) return undefined;
    throw error;
  }
  await files.replace(holding, '');
  await files.remove(asking);
  return {
    isHeld: async () => (await files.facts(holding)) !== undefined,
    release: () => files.remove(holding),
  };

  /** Tells whether nobody else has it or asks for it; throws `Taken` where it is another's. */
  async function isFree(): Promise<boolean> {
    let free = true;
    for (const other of await files.list(place)) {
      const theirs = parse(other);
      if (!theirs || other.startsWith(ticket) || !overlap(share, theirs.share)) continue;
      if (!(await lives(theirs.owner, join(place, other)))) {
        await files.remove(join(place, other));
        continue;
      }
      if (theirs.state === 'holds' || other < ticket) throw new Taken();
      free = false; // it gives way as soon as it sees this one's ticket
    }
    return free;
  }

  async function lives(other: Owner, file: string): Promise<boolean> {
    const life = await pulse.lifeOf(other, file);
    return life === 'unsure' ? (await pulse.watch(other, file, signal)) === 'alive' : life === 'alive';
  }
}

class Taken extends Error {}

function parse(name: string): { owner: Owner; share: Share; state: string } | undefined {
  const [, whose = '', index, of, state] =
    /^[0-9a-f]{16}\.([^.]+)\.(\d+)-(\d+)\.(asks|holds)$/.exec(name) ?? [];
  const owner = parseOwner(whose);
  return owner && state ? { owner, share: { index: Number(index), of: Number(of) }, state } : undefined;
}

/** Tells whether some row falls into both shares: i mod n and j mod m meet unless gcd(n, m) keeps them apart. */
export function overlap(a: Share, b: Share): boolean {
  return (a.index - b.index) % greatestDivisor(a.of, b.of) === 0;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
