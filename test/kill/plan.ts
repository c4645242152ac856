/** Where a process is killed. It may end before: then it was not killed. */
export type Death =
  /** At the n-th point of its talk with the service. `registers`: the request that arrived is taken all the same. */
  | { at: 'point'; number: number; registers: boolean }
  /** At the n-th thing that it does to the disk. */
  | { at: 'step'; number: number; when: 'before' | 'after' | 'torn' }
  /** So many milliseconds after its start. */
  | { at: 'time'; milliseconds: number };

/** One machine: what is asked for there, and where each run is killed before one is left to end. */
export interface Life {
  command: 'generate' | 'batch';
  /** Pictures of the one command. */
  count: number;
  /** With a file about it beside each picture. */
  sidecar: boolean;
  /** From a local picture, which is uploaded first. */
  remix: boolean;
  /** The address of that upload has expired whenever the request is sent again. */
  expiring: boolean;
  /** What the user types after a crash. */
  again: 'resume' | 'the same';
  deaths: Death[];
}

/** How much one picture needs of each, about. */
const pointsOfPicture = 21;
const stepsOfPicture = 36;
const longestMs = 600;

/** Lives without end, spread over everything that can happen. @param draw 0 to 1, another each time */
export function* planLives(draw: () => number, onlyRemix = false): Generator<Life> {
  for (let life = 0; ; life++) {
    const command = life % 5 === 4 ? 'batch' : 'generate';
    const count = command === 'batch' ? 4 : life % 3 === 2 ? 3 : 1;
    const remix = onlyRemix || life % 4 === 1;
    const deaths = Array.from({ length: 1 + (life % 2) + (life % 5 === 0 ? 1 : 0) }, (_, position) =>
      planDeath(draw, remix ? count * 1.5 : count, position),
    );
    const again = draw() < 0.5 ? 'resume' : 'the same';
    yield { command, count, sidecar: life % 4 === 3, remix, expiring: life % 2 === 1, again, deaths };
  }
}

export function planDeath(draw: () => number, count: number, position: number): Death {
  const upTo = (most: number): number => 1 + Math.floor(draw() * most);
  // A later run finds less to do.
  const share = position === 0 ? count : Math.max(0.7, count / 2);
  const kind = draw();
  if (kind < 0.4) return { at: 'point', number: upTo(pointsOfPicture * share), registers: draw() < 0.5 };
  if (kind < 0.8) {
    const when = (['before', 'after', 'torn'] as const)[Math.floor(draw() * 3)] ?? 'before';
    return { at: 'step', number: upTo(stepsOfPicture * share), when };
  }
  return { at: 'time', milliseconds: Math.round(draw() * longestMs) };
}

/** mulberry32: the same numbers for the same seed. */
export function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
