import './system-calls.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { live } from './world.ts';

/** Which worlds a thread lives, one after the other. */
export interface Some {
  from: number;
  count: number;
  /** The fence is taken down, to see that a fault is found. */
  isFenceless?: boolean;
}

async function liveSome({ from, count, isFenceless = false }: Some): Promise<void> {
  for (let seed = from; seed < from + count; seed++) parentPort?.postMessage(await live(seed, { isFenceless }));
}

void liveSome(workerData as Some);
