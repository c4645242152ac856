import { createWorld } from './create-world.ts';
import { runProgram } from './program.ts';

/** Runs the program: reads its arguments, does what they say, sets the exit code. Never exits by force, so that piped output arrives whole. */
export async function run(process: NodeJS.Process): Promise<void> {
  process.exitCode = await runProgram(createWorld(process), process.argv.slice(2));
}
