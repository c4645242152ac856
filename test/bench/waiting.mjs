import { report, simulate } from './simulation.mjs';

/** From the end of a task at the service to the poll that sees it, over made-up durations. */
export async function* waiting() {
  const simulation = simulate();
  const { delayShare, pollsShare } = simulation.overall.ours;
  yield { what: 'mean delay : 2 s tick', ...share(delayShare, 0.4) };
  yield { what: 'polls : 0.5 s tick', ...share(pollsShare, 0.7) };
  yield { note: report(simulation) };
}

function share(value, most) {
  return { goal: `≤ ${most} ×`, figure: `${value.toFixed(2)} ×`, met: value <= most };
}
