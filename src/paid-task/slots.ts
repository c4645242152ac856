/** Lets so many works run at once; a work that only waits gives its slot to another one meanwhile. */
export interface Slots {
  /** Runs a work when a slot is free. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Called within a work: waits without its slot, and goes on when one is free again. */
  pause(wait: () => Promise<void>): Promise<void>;
}

export function createSlots(most: number): Slots {
  let free = most;
  const queue: Array<() => void> = [];

  async function take(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  }

  function give(): void {
    const next = queue.shift();
    if (next) next();
    else free += 1;
  }

  return {
    async run(work) {
      await take();
      try {
        return await work();
      } finally {
        give();
      }
    },
    async pause(wait) {
      give();
      await wait().finally(take);
    },
  };
}
