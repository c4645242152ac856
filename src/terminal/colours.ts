import type { Output } from '../world.ts';

/** Names for what is coloured, so that each colour is chosen once. */
export type Colours = Record<'good' | 'bad' | 'warning' | 'quiet' | 'strong', (text: string) => string>;

/** Loads chalk only where there is something to colour. chalk ignores NO_COLOR: `wantsColour` decides before. */
export async function colours(wanted: boolean): Promise<Colours> {
  if (!wanted) return plainColours;
  const { Chalk } = await import('chalk');
  const { green: good, red: bad, yellow: warning, dim: quiet, bold: strong } = new Chalk({ level: 1 });
  return { good, bad, warning, quiet, strong };
}

const plain = (text: string): string => text;

/** No colour at all. */
export const plainColours: Colours = { good: plain, bad: plain, warning: plain, quiet: plain, strong: plain };

type Env = Readonly<Record<string, string | undefined>>;

/** Tells whether to colour a stream. Sources: no-color.org, force-color.org. */
export function wantsColour(output: Output, env: Env, flag: boolean | undefined): boolean {
  if (flag === false || env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return output.isTerminal && env.TERM !== 'dumb';
}
