import type { Command } from 'commander';
import type { Context, GlobalFlags } from '../context.ts';
import type { World } from '../world.ts';

/** What a command needs to be done: the world, and where its exit code goes. */
export interface Desk {
  world: World;
  exit(code: number): void;
}

/** The flags that every command takes. */
export function withGlobalFlags(command: Command): Command {
  return command
    .option('--json', 'print JSON on stdout, one object a line')
    .option('-q, --quiet', 'say nothing but errors on stderr')
    .option('--verbose', 'show each HTTP exchange on stderr, without the key')
    .option('--no-color', 'use no colour')
    .option('--base-url <url>', 'the address of the service (default: https://runapi.ai)');
}

/** Runs an action in a context of its own: its failures are told there, once, and become the exit code. */
export async function inContext(
  desk: Desk,
  flags: GlobalFlags,
  act: (context: Context) => Promise<number>,
): Promise<void> {
  const { createContext } = await import('../context.ts');
  const context = await createContext(desk.world, flags);
  try {
    desk.exit(await act(context));
  } catch (error) {
    const { exitCodeFor } = await import('../report/exit-code.ts');
    await context.reporter.failure(error);
    desk.exit(exitCodeFor(error));
  } finally {
    await context.close();
  }
}
