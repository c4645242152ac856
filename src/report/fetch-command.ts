import type { Context } from '../context.ts';

/**
 * The command that fetches tasks by their ids, to be pasted. What no record holds (`recorded` is false) is looked for
 * at the address that was typed.
 */
export function fetchCommand(
  { flags, command }: Context,
  ids: readonly string[],
  { wait, recorded }: { wait: boolean; recorded: boolean },
): string {
  const address = recorded || flags.baseUrl === undefined ? '' : ` --base-url ${flags.baseUrl}`;
  return command(`download ${ids.join(' ')}${wait ? ' --wait' : ''}${address}`);
}
