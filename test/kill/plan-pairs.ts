/** What happens to one of two processes, and when; without a strike it runs to its end. */
export type Strike =
  /** At the n-th point of the service's talk. `none`: nothing but that the other process starts then. */
  | { kind: 'kill' | 'freeze' | 'none'; at: 'point'; number: number }
  | { kind: 'kill' | 'freeze' | 'none'; at: 'time'; milliseconds: number }
  /** At its n-th call on files of the machine. */
  | { kind: 'freeze'; at: 'call'; number: number };

/** The `at`-th call that can fail with this code does, and the next ones. */
export interface Fault {
  code: 'EIO' | 'ESTALE' | 'EMFILE' | 'ENOSPC' | 'EDQUOT';
  at: number;
  times: number;
  /** `after`: it was done all the same; `torn`: half of a write was. */
  when: 'before' | 'after' | 'torn';
}

/** Two processes on one record. */
export interface Pair {
  command: 'generate' | 'batch';
  /** Pictures of the one command. */
  count: number;
  /** The second process is on another machine, which cannot see whether the first one lives. */
  far: boolean;
  /** What happens to the first; the second starts then. */
  first: Strike | undefined;
  second: 'resume' | 'the same';
  secondStrike: Strike | undefined;
  /** A frozen one is revived after so many points, or at the end of the second. */
  reviveAfter: number | 'end';
  /** It is killed while it is frozen. */
  killFrozen: boolean;
  firstFaults: Fault[];
  secondFaults: Fault[];
}

/** Plans without end. @param draw 0 to 1, another each time */
export function* planPairs(draw: () => number): Generator<Pair> {
  const upTo = (most: number): number => 1 + Math.floor(draw() * most);
  const oneOf = <Each>(...all: readonly Each[]): Each => all[Math.floor(draw() * all.length)] as Each;

  function strike(count: number): Strike | undefined {
    if (draw() < 0.15) return undefined;
    const kind = oneOf('kill', 'freeze', 'freeze', 'none');
    if (kind === 'freeze' && draw() < 0.6) return { kind, at: 'call', number: upTo(40 + 45 * count) };
    if (draw() < 0.6) return { kind, at: 'point', number: upTo(21 * count) };
    return { kind, at: 'time', milliseconds: upTo(900) };
  }

  function faults(count: number): Fault[] {
    if (draw() < 0.5) return [];
    return Array.from({ length: upTo(2) }, () => {
      const code = oneOf<Fault['code']>('EIO', 'ESTALE', 'EMFILE', 'ENOSPC', 'EDQUOT');
      const calls =
        code === 'EMFILE' ? 15 + 6 * count : code === 'EIO' || code === 'ESTALE' ? 40 + 45 * count : 20 + 20 * count;
      return {
        code,
        at: upTo(calls),
        times: oneOf(1, 1, 3, 12, 1e6),
        when: oneOf('before', 'before', 'after', 'torn'),
      };
    });
  }

  for (;;) {
    const command = draw() < 0.7 ? 'batch' : 'generate';
    const count = command === 'batch' ? upTo(4) : oneOf(1, 1, 3);
    yield {
      command,
      count,
      far: draw() < 0.5,
      first: strike(count),
      second: oneOf('resume', 'the same', 'the same'),
      secondStrike: draw() < 0.5 ? undefined : strike(count),
      reviveAfter: draw() < 0.3 ? 'end' : upTo(12 * count),
      killFrozen: draw() < 0.15,
      firstFaults: faults(count),
      secondFaults: faults(count),
    };
  }
}
