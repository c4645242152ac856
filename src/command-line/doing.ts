import { type Command, Option } from 'commander';
import type { Context, GlobalFlags } from '../context.ts';
import { problemsIn, tellAll } from '../errors.ts';
import type { World } from '../world.ts';
import { globalFlags } from './flags.ts';

/** What a command needs to be done: the world, and where its exit code goes. */
export interface Desk {
  world: World;
  exit(code: number): void;
  /** What is wrong with the flags, each naming its flag: where there is anything, nothing is done. */
  problems: string[];
  /** The program with all its commands, for what describes it. */
  program(): Promise<Command>;
}

/** Made once for all commands. */
const globalOptions = globalFlags.map(([flags, meaning]) => new Option(flags, meaning));

/** The flags that every command takes. */
export function withGlobalFlags(command: Command): Command {
  for (const option of globalOptions) command.addOption(option);
  return command;
}

/**
 * Runs an action in a context of its own: its failures are told there, once, and become the exit code.
 * @param check finds what else is wrong where a flag is, so that all of it is told at once
 */
export async function inContext(
  desk: Desk,
  flags: GlobalFlags,
  act: (context: Context) => Promise<number>,
  check?: (context: Context) => Promise<unknown>,
): Promise<void> {
  const { createContext } = await import('../context.ts');
  const context = await createContext(desk.world, flags);
  try {
    if (desk.problems.length > 0) {
      await check?.(context).catch((error) => desk.problems.push(...problemsIn(error)));
      throw tellAll(desk.problems);
    }
    const code = await act(context);
    desk.exit(code);
    const fault = desk.world.stdout.fault();
    if (fault && code === 0) throw (await import('../disk/disk-failure.ts')).diskFailure(fault, 'stdout');
  } catch (error) {
    const { exitCodeFor } = await import('../report/exit-code.ts');
    await context.reporter.failure(error);
    desk.exit(exitCodeFor(error));
  } finally {
    await context.close();
  }
}
