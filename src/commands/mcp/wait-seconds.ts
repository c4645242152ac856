import {
  describe,
  int,
  maximum,
  minimum,
  optional,
  type ZodMiniNumber,
  type ZodMiniOptional,
} from 'zod/mini';

/** Under the minute that many clients give a call (Codex, and all that use the SDK as it comes). */
const defaultWaitSeconds = 50;

/** No request can be sent and answered in less. */
const leastSeconds = 5;

/** How long a call may take. `zero` says what not to wait is for. */
export function waitSeconds(zero: string): ZodMiniOptional<ZodMiniNumber> {
  return optional(int().check(minimum(0), maximum(900))).check(
    describe(
      `Seconds to wait for the picture: ${leastSeconds} or more, or 0 ${zero}. Default ${defaultWaitSeconds}.`,
    ),
  );
}

/** What was asked for, in the words of the flags. Whoever does not wait gives the request its time all the same. */
export function patience(seconds: number | undefined): { wait: boolean; timeout: string } {
  const { wait, given } =
    seconds === 0
      ? { wait: false, given: defaultWaitSeconds }
      : { wait: true, given: Math.max(leastSeconds, seconds ?? defaultWaitSeconds) };
  return { wait, timeout: `${given}s` };
}
