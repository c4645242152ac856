/** Names for what is coloured, so that nobody chooses a colour twice. */
export interface Colours {
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
  quiet(text: string): string;
  strong(text: string): string;
}

/** chalk is loaded only where there is something to colour. It does not know NO_COLOR: that is decided before. */
export async function colours(wanted: boolean): Promise<Colours> {
  if (!wanted) return plainColours;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    good: chalk.green,
    bad: chalk.red,
    warning: chalk.yellow,
    quiet: chalk.dim,
    strong: chalk.bold,
  };
}

const plain = (text: string): string => text;

/** No colour at all. */
export const plainColours: Colours = {
  good: plain,
  bad: plain,
  warning: plain,
  quiet: plain,
  strong: plain,
};
