// Ten thousand worlds, or one: npm run test:worlds [-- seed]
import { liveWorlds } from './worlds.mjs';

const [seed] = process.argv.slice(2).map(Number);
const lastLines = 60;

if (seed === undefined) {
  if (await findsPlantedFault()) await liveAll();
  else process.exitCode = 1;
} else {
  await liveWorlds({ from: seed, count: 1 }, ({ trace, broken }) => {
    console.log([...trace, '', ...broken].join('\n'));
    process.exitCode = broken.length > 0 ? 1 : 0;
    return false;
  });
}

/** A run that was taken over goes on, as it would without a fence. */
async function findsPlantedFault() {
  let lived = 0;
  let found;
  await liveWorlds({ from: 1, count: 1000, isFenceless: true }, ({ seed, broken }) => {
    lived += 1;
    if (broken.length > 0) found = `without the fence, world ${seed} breaks (${lived} lived): ${broken[0]}`;
    return found !== undefined;
  });
  console.log(found ?? 'without the fence, no world breaks: this test is blind');
  return found !== undefined;
}

async function liveAll() {
  const began = performance.now();
  const sums = { worlds: 0, processes: 0, tasks: 0, faults: 0, fates: 0, broken: 0 };
  await liveWorlds({ from: 1, count: 10_000 }, ({ seed, broken, trace, seen }) => {
    sums.worlds += 1;
    for (const name of Object.keys(seen)) sums[name] += seen[name];
    if (broken.length > 0) tell(seed, broken, trace);
    sums.broken += broken.length > 0 ? 1 : 0;
    return false;
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  const { worlds, processes, tasks, faults, fates, broken } = sums;
  console.log(`${worlds} worlds in ${seconds} s: ${processes} processes, of them ${fates} stopped or killed;`);
  console.log(`${tasks} tasks, ${faults} errors of the disk; ${broken} worlds broken`);
  process.exitCode = broken > 0 ? 1 : 0;
}

function tell(seed, broken, trace) {
  console.log(`\nworld ${seed}: ${broken.join('\n')}\n${trace.slice(-lastLines).join('\n')}`);
  console.log(`Again, whole: npm run test:worlds -- ${seed}\n`);
}
