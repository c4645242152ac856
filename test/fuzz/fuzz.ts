import fc from 'fast-check';
import { fileTargets } from './files.ts';
import { pictureTargets } from './pictures.ts';
import { serviceTargets } from './service.ts';
import { settingTargets } from './settings.ts';
import type { Target } from './target.ts';
import { terminalTargets } from './terminal.ts';
import { wordTargets } from './words.ts';

const targets: readonly Target[] = [
  ...serviceTargets,
  ...settingTargets,
  ...fileTargets,
  ...wordTargets,
  ...pictureTargets,
  ...terminalTargets,
];

/** What came of one parser. */
export interface Finding {
  name: string;
  cases: number;
  milliseconds: number;
  /** The smallest input that breaks it, and how; undefined where nothing did. */
  failure: string | undefined;
}

/** Feeds a parser so many cases. The same seed makes the same cases. */
export async function fuzz({ name, property }: Target, cases: number, seed: number): Promise<Finding> {
  const began = performance.now();
  const told = await fc.check(property, { numRuns: cases, seed });
  const milliseconds = performance.now() - began;
  const failure = told.failed
    ? `${told.errorInstance}\nby ${JSON.stringify(told.counterexample).slice(0, 2000)}`
    : undefined;
  return { name, cases: told.numRuns, milliseconds, failure };
}

/** Each parser's part of so many cases in all. */
export function portions(cases: number): Map<Target, number> {
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  return new Map(targets.map((each) => [each, Math.ceil((each.share / shares) * cases)]));
}
