/** Time as it is handed in: nobody else reads a clock, starts a timer or throws dice. */
export interface Clock {
  /** Milliseconds since 1970, for dates that are shown or written. It may jump. */
  now(): number;
  /** Milliseconds that only grow, for waiting and deadlines. */
  monotonic(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when it is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls back every so many milliseconds, without keeping the process alive, until the answer is called. */
  every(milliseconds: number, tick: () => void): () => void;
  /** 0 to 1. */
  random(): number;
}

/** The end of all patience: how much is left, and a signal for whoever is waiting when it is over. */
export interface Deadline {
  /** Milliseconds left, never below 0. */
  remaining(): number;
  signal: AbortSignal;
  /** It no longer matters: a batch has many of them. */
  cancel(): void;
}
