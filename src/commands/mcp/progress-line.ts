import type { Clock } from '../../world.ts';

/** Often enough that a client that waits for signs of life goes on waiting. */
const everyMs = 5000;

/** A status line that goes to the client: each change, and what goes on now and then. */
export function progressLine(
  tell: (message: string) => void,
  clock: Clock,
): { show(text: string, changed: boolean): void; clear(): void; stop(): void } {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(text, changed) {
      if (!changed && clock.monotonic() - last < everyMs) return;
      last = clock.monotonic();
      tell(text);
    },
    clear() {},
    stop() {},
  };
}
