import type { Output } from '../world.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A terminal on which a line can be drawn over: width above 0, not CI, not dumb. */
export function isLive(output: Output, env: Env): boolean {
  return output.isTerminal && output.columns() > 0 && !isSet(env.CI) && env.TERM !== 'dumb';
}

/** Whether to colour that stream. Sources: no-color.org, force-color.org. */
export function wantsColour(output: Output, env: Env, flag: boolean | undefined): boolean {
  if (flag === false || isSet(env.NO_COLOR)) return false;
  if (isSet(env.FORCE_COLOR)) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return output.isTerminal && env.TERM !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
