import { runProgram } from './command-line/program.ts';
import { createWorld } from './create-world.ts';
import { exitCodes } from './errors.ts';

/** Runs the program: reads its arguments, does what they say, sets the exit code. Never exits by force, so that piped output arrives whole. */
export async function run(process: NodeJS.Process): Promise<void> {
  process.exitCode = exitCodes.internal; // nothing that waits for nothing may look like a success
  process.exitCode = await runProgram(createWorld(process), process.argv.slice(2));
}
