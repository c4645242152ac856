import type { Api } from '../../api/client.ts';
import type { Context } from '../../context.ts';

/** Asks for the balance while the last picture is downloaded, so that it can be shown beside the cost. */
export interface BalanceWatch {
  /** A task completed, or failed. */
  settled(key: string, api: Api | undefined): void;
  /** Returns US cents, if they are known by now. */
  cents(): number | undefined;
  /** Stops waiting for the answer. */
  stop(): void;
}

/**
 * Asks only where a person reads stderr; scripts call `balance`.
 * @param tasks how many tasks are made
 */
export function watchBalance({ world, flags }: Context, tasks: number): BalanceWatch {
  const isSeen = world.stderr.isTerminal && !flags.json && !flags.quiet;
  const controller = new AbortController();
  const done = new Set<string>();
  let asked = false;
  let cents: number | undefined;

  async function ask(api: Api): Promise<void> {
    const { askBalance } = await import('../../api/prices.ts');
    cents = (await askBalance(api.caller, controller.signal)).balance_cents;
  }

  return {
    settled(key, api) {
      done.add(key);
      if (!isSeen || asked || !api || done.size < tasks) return;
      asked = true;
      ask(api).catch(() => undefined); // without an answer nothing is shown
    },
    cents: () => cents,
    stop: () => controller.abort(),
  };
}
