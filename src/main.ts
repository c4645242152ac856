import { existsSync } from 'node:fs';
import { plainAnswer, welcome } from './command-line/help.ts';
import { commands, complete } from './commands/list.ts';
import { createWorld } from './create-world.ts';
import { compiledFolder, stateFolder } from './disk/state-folder.ts';
import { exitCodeFor, exitCodes } from './errors.ts';
import type { World } from './world.ts';

/** Runs the program: reads its arguments, does what they say, sets the exit code. Never exits by force, so that piped output arrives whole. */
export async function run(process: NodeJS.Process): Promise<void> {
  process.exitCode = exitCodes.internal; // a program that ends while it still waits has not succeeded
  process.exitCode = await answer(createWorld(process), process.argv.slice(2));
}

/** Whatever needs less than the whole program is answered before the rest of it is loaded. */
async function answer(world: World, argv: readonly string[]): Promise<number> {
  if (argv.length === 0) {
    await world.stderr.writeShort(welcome);
    return exitCodes.validation;
  }
  const text = plainAnswer(argv, commands);
  if (text !== undefined) return await print(world, text);
  if (argv[0] === '__complete') return await complete(world, argv.slice(1));
  if (argv[0] === '__draw') return await drawForPreview();
  keepCompiled(world);
  return await call(world, argv);
}

/** What a preview starts in a thread of its own. */
async function drawForPreview(): Promise<number> {
  const { drawForParent } = await import('./terminal/preview/draw.ts');
  drawForParent();
  return 0;
}

/** Calls the command. Its failure is reported here, once, and becomes the exit code. */
async function call(world: World, argv: readonly string[]): Promise<number> {
  const { readCall } = await import('./command-line/call.ts');
  const wanted = readCall(argv, commands, world.stdout.columns);
  if ('text' in wanted) return await print(world, wanted.text);
  const { createContext } = await import('./context.ts');
  const context = await createContext(world, wanted.flags);
  try {
    const code = await wanted.act(context);
    const fault = world.stdout.fault();
    if (fault && code === 0) throw (await import('./disk/disk-failure.ts')).diskFailure(fault, 'stdout');
    return code;
  } catch (error) {
    await context.reporter.failure(error);
    return exitCodeFor(error);
  } finally {
    await context.close();
  }
}

async function print(world: World, text: string): Promise<number> {
  await world.stdout.writeShort(text);
  return 0;
}

/** Beside the record, and only where there is one: a first run, or the only one of a CI job, has no use for it. */
function keepCompiled(world: World): void {
  const folder = stateFolder(world);
  if (folder && existsSync(folder)) world.keepCompiled(compiledFolder(folder));
}
