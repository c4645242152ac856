import { Command, CommanderError } from 'commander';
import type { World } from '../world.ts';
import { type Desk, inContext } from './doing.ts';
import { questions } from './help.ts';
import { allCommands, commandsFor } from './needed-commands.ts';
import { readCommandLine } from './read-call.ts';

/**
 * Runs the command that is called and answers the exit code.
 * @param textAlone what answers a call for the help of all, or for the version
 */
export async function runCommand(
  world: World,
  argv: readonly string[],
  textAlone: (words: readonly string[]) => string | undefined,
): Promise<number> {
  let code = 0;
  const desk: Desk = {
    world,
    exit: (wanted) => (code = wanted),
    problems: [],
    program: async () => buildProgram(desk, await allCommands(desk)),
  };
  const program = buildProgram(desk, await commandsFor(argv, desk));
  try {
    const line = readCommandLine(argv, program);
    const text = textAlone(line.argv);
    if (text !== undefined) await world.stdout.writeShort(text);
    else {
      desk.problems.push(...line.problems);
      await program.parseAsync(line.argv, { from: 'user' });
    }
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // the help of a command
      desk.problems.push(error.message.replace(/^error: /, ''));
    }
    const flags = { json: argv.includes('--json'), color: !argv.includes('--no-color') };
    await inContext(desk, flags, () => Promise.reject(error));
  }
  return code;
}

function buildProgram(desk: Desk, commands: readonly Command[]): Command {
  const program = new Command('runapi-imagen')
    .option('-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void desk.world.stdout.writeShort(text),
      getOutHelpWidth: () => desk.world.stdout.columns() || 80,
      getOutHasColors: () => false,
      writeErr: () => undefined, // usage errors are said once, by the reporter
    })
    .addHelpText('afterAll', `\n${questions}`);
  for (const command of commands) {
    program.addCommand(command);
    inheritSettings(command, program);
  }
  return program;
}

/** addCommand() passes nothing on to a command that was made elsewhere. */
function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}
