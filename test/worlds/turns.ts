/** Whoever can wait: a simulated process, or what is outside of all of them. */
export interface Actor {
  name: string;
  state: 'running' | 'frozen' | 'dead';
}

interface Waiting {
  who: Actor;
  at: number;
  act(): void;
  /** Acts, unless that was done, and lets the actor go on. */
  go(): void;
  /** A call that the kernel may carry out although its process has died or stands still. */
  kernel: boolean;
}

/** Outside of all processes: the network, the service, and the plan of the world. */
export const outside: Actor = { name: 'outside', state: 'running' };

/** The date by a clock that is right, in milliseconds since 1970. */
export function dateAt(milliseconds: number): number {
  return Date.UTC(2026, 10, 26) + milliseconds;
}

/** Virtual time, in which one thing happens at a time, and the dice choose which. */
export interface Turns {
  /** Milliseconds since the beginning. */
  now(): number;
  /** Whose turn it is: every call that is made now is made by this process. */
  current(): Actor | undefined;
  /** Resolves with what `act` returns, after that many milliseconds and when it is this actor's turn. */
  wait<Value>(who: Actor, milliseconds: number, act: () => Value, options?: Partial<WaitOptions>): Promise<Value>;
  freeze(who: Actor): void;
  revive(who: Actor): void;
  /** What it waits for never comes; calls that the kernel has taken already may be carried out. */
  kill(who: Actor): void;
  /** Takes turns until the work is done. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

interface WaitOptions {
  signal: AbortSignal;
  kernel: boolean;
}

/** Far more than any world needs that comes to an end. */
const mostTurns = 200_000;

export function createTurns(random: () => number): Turns {
  let now = 0;
  let current: Actor | undefined;
  let waiting: Waiting[] = [];

  function wait<Value>(
    who: Actor,
    milliseconds: number,
    act: () => Value,
    { signal, kernel = false }: Partial<WaitOptions> = {},
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (who.state === 'dead') return;
      let settle: (() => void) | undefined;
      const one: Waiting = { who, at: now + Math.max(0, milliseconds), kernel, act: actOnce, go };
      waiting.push(one);
      signal?.addEventListener('abort', stop, { once: true });

      function actOnce(): void {
        if (settle) return;
        try {
          const value = act();
          settle = () => resolve(value);
        } catch (error) {
          settle = () => reject(error);
        }
      }
      function go(): void {
        signal?.removeEventListener('abort', stop);
        actOnce();
        settle?.();
      }
      function stop(): void {
        waiting = waiting.filter((each) => each !== one);
        reject(signal?.reason);
      }
    });
  }

  /** Half of the calls that the kernel has are carried out at once. */
  function carryOut(who: Actor): void {
    for (const one of waiting) if (one.who === who && one.kernel && random() < 0.5) one.act();
  }

  function takeTurn(): void {
    const awake = waiting.filter(({ who }) => who.state === 'running');
    if (awake.length === 0) throw new Error('everybody waits, and for nothing');
    now = Math.max(now, Math.min(...awake.map(({ at }) => at)));
    const ready = awake.filter(({ at }) => at <= now);
    const one = ready[Math.floor(random() * ready.length)] as Waiting;
    waiting = waiting.filter((each) => each !== one);
    current = one.who;
    one.go();
  }

  return {
    now: () => now,
    current: () => current,
    wait,
    freeze(who) {
      who.state = 'frozen';
      carryOut(who);
    },
    revive(who) {
      if (who.state === 'frozen') who.state = 'running';
    },
    kill(who) {
      who.state = 'dead';
      carryOut(who);
      waiting = waiting.filter((one) => one.who !== who);
    },
    async run(work) {
      let isDone = false;
      const all = wait(outside, 0, work);
      const done = (): void => {
        isDone = true;
      };
      all.then(done, done);
      for (let taken = 0; taken < mostTurns; taken++) {
        // The actor goes on as far as it comes without waiting.
        await new Promise((resolve) => setImmediate(resolve));
        current = undefined;
        if (isDone) return await all;
        takeTurn();
      }
      throw new Error('the world never ends');
    },
  };
}
