import type { Context } from '../../context.ts';
import { wantsColour } from '../../terminal/colours.ts';
import { isLive } from '../../terminal/status-line.ts';
import type { Output } from '../../world.ts';
import { type Check, well } from './check.ts';

/** What the program will do on this terminal; nothing here stops a `generate`. */
export function checkTerminal({ world: { stdout, stderr, env }, flags }: Context): Check[] {
  const streams = `stdout is ${kind(stdout)}, stderr ${kind(stderr)}`;
  const progress = isLive(stderr, env) ? 'a spinner' : 'plain lines';
  const colour = wantsColour(stderr, env, flags.color) ? 'colour' : 'no colour';
  return [well('terminal', `${streams}: ${progress}, ${colour}`)];
}

function kind(output: Output): string {
  return output.isTerminal ? `a terminal of ${output.columns()} columns` : 'no terminal';
}
