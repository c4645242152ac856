import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { plainAnswer, welcome } from './command-line/help.ts';
import { commands, complete } from './commands/list.ts';
import type { Context } from './context.ts';
import { exitCodeFor, exitCodes } from './errors.ts';
import { createOutput } from './terminal/streams.ts';
import type { Output, World } from './world.ts';

/** Runs the program: reads its arguments, does what they say, sets the exit code. Never exits by force, so that piped output arrives whole. */
export async function run(process: NodeJS.Process): Promise<void> {
  process.exitCode = exitCodes.internal; // a program that ends while it still waits has not succeeded
  process.exitCode = (await answer(process)) ?? (await act(process));
}

/** Answers simple calls before the rest of the program is loaded; undefined for all others. */
async function answer(process: NodeJS.Process): Promise<number | undefined> {
  const argv = process.argv.slice(2);
  const text = argv.length === 0 ? welcome : plainAnswer(argv, commands);
  if (text === undefined) return undefined;
  const asItIs = (plain: string): string => plain;
  const stderr = createOutput(2, () => process.stderr, asItIs);
  try {
    if (argv.length > 0)
      return await print(
        createOutput(1, () => process.stdout, asItIs),
        text,
      );
    await stderr.writeShort(text);
    return exitCodes.validation;
  } catch (error) {
    await tellPlainly(stderr, error);
    return exitCodeFor(error);
  }
}

async function act(process: NodeJS.Process): Promise<number> {
  const { createWorld } = await import('./create-world.ts');
  const world = createWorld(process);
  const argv = process.argv.slice(2);
  if (argv[0] === '__complete') return await complete(world, argv.slice(1));
  if (argv[0] === '__draw') return await drawForPreview();
  await keepCompiled(world);
  return await call(world, argv);
}

/** Runs the worker thread of a preview. */
async function drawForPreview(): Promise<number> {
  const { drawForParent } = await import('./terminal/preview/draw.ts');
  drawForParent();
  return 0;
}

/** Calls the command. Its failure is reported here, once, and becomes the exit code. */
async function call(world: World, argv: readonly string[]): Promise<number> {
  const { readCall } = await import('./command-line/call.ts');
  const wanted = await readCall(argv, commands, world.stdout.columns);
  let context: Context | undefined;
  try {
    if ('text' in wanted) return await print(world.stdout, wanted.text);
    const { createContext } = await import('./context.ts');
    context = await createContext(world, wanted.flags);
    const code = await wanted.act(context);
    if (code === 0) await checkWritten(world.stdout);
    return code;
  } catch (error) {
    if (context) await context.reporter.failure(error);
    else await tellPlainly(world.stderr, error);
    return exitCodeFor(error);
  } finally {
    await context?.close();
  }
}

/** For what goes wrong before there is anybody to report it. */
async function tellPlainly(stderr: Output, error: unknown): Promise<void> {
  const { errorReport } = await import('./report/task-report.ts');
  const { failureText } = await import('./report/human.ts');
  const { plainColours } = await import('./terminal/colours.ts');
  await stderr.write(failureText(errorReport(error), plainColours, null)); // printable already
}

async function print(stdout: Output, text: string): Promise<number> {
  await stdout.writeShort(text);
  await checkWritten(stdout);
  return 0;
}

async function checkWritten(stdout: Output): Promise<void> {
  const fault = stdout.fault();
  if (fault) throw (await import('./disk/disk-failure.ts')).diskFailure(fault, 'stdout');
}

/** Beside the record, and only where there is one: a first run, or the only one of a CI job, has no use for it. */
async function keepCompiled(world: World): Promise<void> {
  const { stateFolder } = await import('./disk/user-folders.ts');
  const folder = stateFolder(world);
  if (!folder || !existsSync(folder)) return;
  const compiled = join(folder, 'compiled');
  // Code that somebody else could have put there must not be run.
  const kept = existsSync(compiled) ? readdirSync(compiled, { recursive: true, encoding: 'utf8' }) : [];
  if ([folder, compiled, ...kept.map((name) => join(compiled, name))].some(world.folderFlaw)) return;
  world.keepCompiled(compiled);
}
