import { isDeepStrictEqual } from 'node:util';
import type { Target } from '../journal/event.ts';
import { record } from './record.ts';
import type { Begun, Work } from './work.ts';

/** The pictures of a task that was begun before go where they are wanted now. */
export async function retarget(work: Work, begun: Begun, target: Target): Promise<void> {
  if (isDeepStrictEqual(begun.entry.intended.target, target)) return;
  await record({ work, ...begun }, { event: 'retargeted', target });
}
