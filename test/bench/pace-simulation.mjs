// Prints the frontier: node test/bench/pace-simulation.mjs [round trip in ms]
import { report, simulate } from './simulation.mjs';

process.stdout.write(report(simulate(process.argv[2] ? Number(process.argv[2]) : undefined)));
