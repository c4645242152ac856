import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AppendFile } from '../disk/append-file.ts';
import type { Pulse, PulseOptions } from './alive.ts';
import { isAbsent } from './failures.ts';
import { type Owner, ownerName, parseOwner } from './owner.ts';

/** A share of the rows of a batch: the `index`-th of `of`, from 1. */
export interface Share {
  index: number;
  of: number;
}

/** Excludes other processes from the same work until it is released, or this process is dead. */
export interface Claim {
  /** Tells whether nobody has taken it away, believing this process dead. */
  isHeld(): boolean;
  /** Makes it again where the state folder was deleted. */
  restore(): Promise<void>;
  release(): Promise<void>;
}

export type ClaimOptions = Omit<PulseOptions, 'probe' | 'onBeat'> & { pulse: Pulse };

const pollMs = 30;

/**
 * Claims a share of the work that `name` stands for, with a file `claims/<name>.<ticket>.<owner>.<i>-<n>` that says
 * `asks` or `holds`. Undefined where a living process holds a share that may have rows in common with it. Two that ask
 * at one instant see each other's files, and the smaller ticket wins.
 */
export async function claim(
  { folder, files, clock, pulse, owner }: ClaimOptions,
  name: string,
  share: Share = { index: 1, of: 1 },
  signal: AbortSignal,
): Promise<Claim | undefined> {
  const claims = join(folder, 'claims');
  const ticket = randomBytes(8).toString('hex');
  const own = `${name}.${ticket}.${ownerName(owner)}.${share.index}-${share.of}`;
  const path = join(claims, own);
  let file: AppendFile | undefined;
  const write = async (state: string): Promise<void> => {
    await files.makeFolder(claims);
    await files.write(path, state);
  };
  try {
    await write('asks');
    for (let others = await rivals(); others.length > 0; others = await rivals()) {
      if (others.some((other) => other.holds || other.ticket < ticket)) return await release();
      await clock.wait(pollMs, signal); // they give way as soon as they see this one's ticket
    }
    await write('holds');
    file = await files.openAppend(path);
    // Believed dead a moment ago, this process may have lost it before it had it.
    if ((await rivals()).some(({ holds }) => holds)) return await release();
  } catch (error) {
    await release().catch(() => undefined);
    if (!isAbsent(error)) throw error; // another process may take it away before it is open
  }
  return {
    isHeld: () => file?.place() === 'own',
    release,
    async restore() {
      await write('holds');
      const before = file;
      file = await files.openAppend(path);
      await before?.close();
    },
  };

  async function release(): Promise<undefined> {
    await file?.close().catch(() => undefined);
    file = undefined;
    await files.remove(path);
    return undefined;
  }

  /** Finds living processes that have or want a share with common rows, and removes what dead ones left. */
  async function rivals(): Promise<Array<{ ticket: string; holds: boolean }>> {
    const found = [];
    for (const other of await files.list(claims)) {
      const theirs = parse(other);
      if (other === own || theirs?.name !== name || !overlap(share, theirs.share)) continue;
      const place = join(claims, other);
      if (await pulse.isDead(theirs.owner, place, signal)) await files.remove(place);
      const state = await files.read(place);
      if (state !== undefined) found.push({ ticket: theirs.ticket, holds: state === 'holds' });
    }
    return found;
  }
}

function parse(file: string): { name: string; ticket: string; owner: Owner; share: Share } | undefined {
  const [, name = '', ticket = '', whose = '', index, of] =
    /^(.+)\.([0-9a-f]{16})\.([^.]+)\.(\d+)-(\d+)$/.exec(file) ?? [];
  const owner = parseOwner(whose);
  return owner && { name, ticket, owner, share: { index: Number(index), of: Number(of) } };
}

/** Tells whether some row falls into both shares: i mod n and j mod m meet unless gcd(n, m) keeps them apart. */
export function overlap(a: Share, b: Share): boolean {
  return (a.index - b.index) % greatestDivisor(a.of, b.of) === 0;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
