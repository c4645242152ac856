import type { Api } from '../api/client.ts';
import type { Context } from '../context.ts';

/**
 * Asks for the balance while the last picture is fetched, so that what a command cost can be told with what is left.
 * Nobody waits for the answer, and where none comes nothing is said.
 */
export interface BalanceWatch {
  /** So many tasks are going to be made. Unless it is told, nothing is asked. */
  expect(tasks: number): void;
  /** The task is charged, or has come to nothing. */
  settled(key: string, api?: Api): void;
  /** Hundredths of a US dollar, if they are known by now. */
  cents(): number | undefined;
  /** It no longer matters. */
  stop(): void;
}

/** Only for somebody who looks: a script asks with `balance`. */
export function watchBalance({ world, flags }: Context): BalanceWatch {
  const isSeen = world.stderr.isTerminal && !flags.json && !flags.quiet;
  const controller = new AbortController();
  const done = new Set<string>();
  let expected = Number.POSITIVE_INFINITY;
  let asked = false;
  let cents: number | undefined;

  async function ask(api: Api): Promise<void> {
    const { askBalance } = await import('../api/balance.ts');
    cents = (await askBalance(api.caller, api.base, controller.signal)).balance_cents;
  }

  return {
    expect(tasks) {
      expected = tasks;
    },
    settled(key, api) {
      if (!isSeen || expected === Number.POSITIVE_INFINITY) return; // a long batch must not grow in memory
      done.add(key);
      if (asked || !api || done.size < expected) return;
      asked = true;
      ask(api).catch(() => undefined);
    },
    cents: () => cents,
    stop: () => controller.abort(),
  };
}
