/**
 * How long tasks of one model take: what a first run assumes, outweighed by what was seen.
 * Time is cut into 5 % steps, so that a second counts as much at 3 s as ten at 30 s.
 */
export class Expectation {
  readonly #seen = new Float64Array(stepCount);
  readonly #hazards = new Float64Array(stepCount);
  readonly #ended = new Float64Array(stepCount);
  #medianMs = 0;

  /** `durationsMs`: how long earlier tasks took, in milliseconds, newest last; may be empty. */
  constructor(durationsMs: readonly number[] = []) {
    for (const durationMs of durationsMs.slice(-100)) this.#add(durationMs);
    this.#weigh();
  }

  /** One more task took `durationMs` milliseconds (see `likelyDuration`). It costs a few µs: a batch may tell all. */
  learn(durationMs: number): void {
    this.#add(durationMs);
    this.#weigh();
  }

  /** The chance per millisecond that a task which still runs at `elapsedMs` ends just then. */
  hazard(elapsedMs: number): number {
    return this.#hazards[stepAt(elapsedMs)] ?? 0;
  }

  /** The share of tasks, 0 to 1, that have ended by about `elapsedMs`. */
  endedBy(elapsedMs: number): number {
    return this.#ended[stepAt(elapsedMs)] ?? 1;
  }

  /** About half of the tasks take longer than this, in milliseconds. */
  get medianMs(): number {
    return this.#medianMs;
  }

  #add(durationMs: number): void {
    if (!Number.isFinite(durationMs)) return;
    // A service changes: what was seen 23 tasks ago weighs half.
    for (let step = 0; step < stepCount; step++) this.#seen[step] = (this.#seen[step] ?? 0) * 0.97;
    const middle = stepAt(durationMs);
    // What ended at once ends at once again: there is nothing to spread.
    if (middle === 0) this.#seen[0] = (this.#seen[0] ?? 0) + 1;
    else {
      for (const [distance, share] of bell) {
        const step = Math.max(0, Math.min(stepCount - 1, middle + distance));
        this.#seen[step] = (this.#seen[step] ?? 0) + share;
      }
    }
  }

  #weigh(): void {
    let total = 0;
    for (let step = 0; step < stepCount; step++) total += this.#weightOf(step);
    let running = total;
    for (let step = 0; step < stepCount; step++) {
      const weight = this.#weightOf(step);
      const spanMs = (starts[step + 1] ?? Number.POSITIVE_INFINITY) - (starts[step] ?? 0);
      // Over the middle of the step: one that all tasks end in still has a finite hazard.
      this.#hazards[step] = weight / (running - weight / 2) / spanMs;
      if (running > total / 2) this.#medianMs = starts[step] ?? 0;
      running = Math.max(running - weight, 1e-9);
      this.#ended[step] = 1 - running / total;
    }
  }

  #weightOf(step: number): number {
    return (this.#seen[step] ?? 0) + assumedTasks * (assumed[step] ?? 0);
  }
}

/**
 * How long a task took, in milliseconds, as far as looks can tell. `runningMs`: when the last look left that saw it
 * running (0: none did), `endedMs`: when the one left that saw it ended; both counted from its acceptance.
 * `undefined` where nobody looked for so long that the answer would mislead, as in a task taken up on the next day.
 */
export function likelyDuration(runningMs: number, endedMs: number): number | undefined {
  const unwatchedMs = endedMs - runningMs;
  if (!(unwatchedMs >= 0 && unwatchedMs <= longestUnwatchedMs)) return undefined;
  // Taken at its word, a look that came late would have the next ones come as late again.
  return Math.max(runningMs, endedMs * 0.95);
}

const longestUnwatchedMs = 15_000;

const growth = 1.05;
/** What ends within the first step ended "at once". */
const firstStepMs = 100;
/** The last step begins after ten minutes and never ends: its hazard is 0, whatever was seen. */
const stepCount = Math.ceil(Math.log(600_000 / firstStepMs) / Math.log(growth)) + 2;
const starts = Float64Array.from({ length: stepCount }, (_, step) =>
  step === 0 ? 0 : firstStepMs * growth ** (step - 1),
);

function stepAt(elapsedMs: number): number {
  if (!(elapsedMs >= firstStepMs)) return 0;
  return Math.min(stepCount - 1, 1 + Math.floor(Math.log(elapsedMs / firstStepMs) / Math.log(growth)));
}

/** A duration that was seen stands for those around it, about 15 % to each side. */
const bell = (() => {
  const width = 0.15 / Math.log(growth);
  const reach = Math.ceil(3 * width);
  const heights = Array.from({ length: 2 * reach + 1 }, (_, index): [number, number] => [
    index - reach,
    Math.exp(-(((index - reach) / width) ** 2) / 2),
  ]);
  const sum = heights.reduce((total, [, height]) => total + height, 0);
  return heights.map(([distance, height]): [number, number] => [distance, height / sum]);
})();

/** What is assumed weighs as much as so many tasks that were seen. */
const assumedTasks = 3;

/**
 * A first run assumes that a picture takes 3 s or more, then ends at any moment with nearly the same chance: half
 * have by 8 s, nine in ten by 20 s. The longer a task has taken, the longer it may still take.
 * Four in a hundred end at once (a replay, a sandbox), five more before 3 s.
 */
const assumed = (() => {
  const [atOnce, early] = [0.04, 0.05];
  const endedBy = (ms: number) =>
    ms <= 3000
      ? atOnce + early * (Math.log(ms / firstStepMs) / Math.log(3000 / firstStepMs))
      : 1 - (1 - atOnce - early) * (120_000 / (117_000 + ms)) ** 16;
  return Float64Array.from({ length: stepCount }, (_, step) => {
    const after = starts[step + 1];
    return (after === undefined ? 1 : endedBy(after)) - (step === 0 ? 0 : endedBy(starts[step] ?? 0));
  });
})();
