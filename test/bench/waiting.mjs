import { report, simulate } from './simulation.mjs';

/** From the end of a task at the service to the look that sees it, over made-up durations. */
export async function* waiting() {
  const simulation = simulate();
  const { cold, learned } = simulation.overall;
  for (const [name, figures] of [
    ['a first run', cold],
    ['after 20 tasks', learned],
  ]) {
    yield { what: `mean delay : 2 s tick, ${name}`, ...share(figures.delayShare, 0.4) };
    yield { what: `looks : 0.5 s tick, ${name}`, ...share(figures.looksShare, 0.6) };
  }
  yield { note: report(simulation) };
}

function share(value, most) {
  return { goal: `≤ ${most} ×`, figure: `${value.toFixed(2)} ×`, met: value <= most };
}
