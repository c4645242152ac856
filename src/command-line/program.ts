import { existsSync } from 'node:fs';
import { compiledFolder, stateFolder } from '../disk/state-folder.ts';
import { exitCodes } from '../errors.ts';
import { programVersion } from '../version.ts';
import type { World } from '../world.ts';
import { welcome, wholeHelp } from './whole-help.ts';

/** Does what the arguments say and answers the exit code. */
export async function runProgram(world: World, argv: readonly string[]): Promise<number> {
  if (argv.length === 0) {
    await world.stderr.writeShort(welcome);
    return exitCodes.validation;
  }
  const text = textAlone(argv);
  if (text !== undefined) {
    await world.stdout.writeShort(text);
    return 0;
  }
  // What shells ask for at a press of a key: nothing is loaded for it that it can do without.
  if (argv[0] === '__task-ids') {
    const { printTaskIds } = await import('../commands/completion/task-ids.ts');
    await printTaskIds(world);
    return 0;
  }
  // What a preview starts in a thread of its own.
  if (argv[0] === '__draw') {
    const { drawForParent } = await import('../terminal/preview/draw.ts');
    drawForParent();
    return 0;
  }
  keepCompiled(world);
  const { runCommand } = await import('./run-command.ts');
  return await runCommand(world, argv, textAlone);
}

/** Beside the record, and only where there is one: a first run, or the only one of a CI job, has no use for it. */
function keepCompiled(world: World): void {
  const folder = stateFolder(world);
  if (folder && existsSync(folder)) world.keepCompiled(compiledFolder(folder));
}

/** The answer to a call that asks for nothing but a text. */
function textAlone(words: readonly string[]): string | undefined {
  if (words.length !== 1) return undefined;
  if (['-h', '--help', 'help'].includes(words[0] ?? '')) return wholeHelp();
  return ['-V', '--version'].includes(words[0] ?? '') ? `${programVersion}\n` : undefined;
}
