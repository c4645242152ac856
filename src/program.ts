import { Command, CommanderError } from 'commander';
import { readCommandLine } from './command-line.ts';
import { balanceCommand } from './commands/balance.ts';
import { batchCommand } from './commands/batch.ts';
import { completionCommand, isHidden, taskIdsCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { type Desk, inContext, withGlobalFlags } from './commands/doing.ts';
import { downloadCommand } from './commands/download.ts';
import { galleryCommand } from './commands/gallery.ts';
import { generateCommand } from './commands/generate.ts';
import { historyCommand } from './commands/history.ts';
import { mcpCommand } from './commands/mcp.ts';
import { modelsCommand } from './commands/models.ts';
import { resumeCommand } from './commands/resume.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { skillCommand } from './commands/skill.ts';
import { statusCommand } from './commands/status.ts';
import { exitCodes } from './errors.ts';
import { programVersion } from './version.ts';
import type { World } from './world.ts';

const home = 'https://github.com/runapi-imagen/runapi-imagen';

const welcome = `runapi-imagen ${programVersion}: Imagen 4 pictures through RunAPI

  runapi-imagen generate "mug with HELLO" --ratio 16:9
  runapi-imagen generate "a mug" --sandbox          (no key, no cost)

More: runapi-imagen --help
`;

/** Does what the arguments say and answers the exit code. */
export async function runProgram(world: World, argv: readonly string[]): Promise<number> {
  if (argv.length === 0) {
    await world.stderr.writeShort(welcome);
    return exitCodes.validation;
  }
  let code = 0;
  const desk: Desk = { world, exit: (wanted) => (code = wanted), problems: [] };
  const program = buildProgram(desk);
  try {
    const line = readCommandLine(argv, program);
    desk.problems.push(...line.problems);
    await program.parseAsync(line.argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // help and version
      desk.problems.push(error.message.replace(/^error: /, ''));
    }
    const flags = { json: argv.includes('--json'), color: !argv.includes('--no-color') };
    await inContext(desk, flags, () => Promise.reject(error));
  }
  return code;
}

function buildProgram(desk: Desk): Command {
  const program = new Command('runapi-imagen')
    .description('Imagen 4 pictures through RunAPI: one line in, a picture on disk.')
    .version(programVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void desk.world.stdout.writeShort(text),
      getOutHelpWidth: () => desk.world.stdout.columns() || 80,
      getOutHasColors: () => false,
      writeErr: () => undefined, // usage errors are said once, by the reporter
    })
    .addHelpText('before', `Examples:\n${welcome.split('\n').slice(2, 4).join('\n')}\n`)
    .addHelpText('after', sharedFlags)
    .addHelpText('afterAll', `\nProblems and questions: ${home}/issues`);
  const commands = [
    generateCommand,
    statusCommand,
    downloadCommand,
    batchCommand,
    resumeCommand,
    historyCommand,
    galleryCommand,
    modelsCommand,
    balanceCommand,
    configCommand,
    doctorCommand,
    skillCommand,
    sandboxCommand,
    mcpCommand,
    completionCommand,
    taskIdsCommand,
  ];
  for (const make of commands) {
    const command = make(desk);
    program.addCommand(command, { hidden: isHidden(command) });
    inheritSettings(command, program);
  }
  return program;
}

/** What the whole help says of the flags that each command lists again. */
function sharedFlags(): string {
  const flags = withGlobalFlags(new Command()).options;
  const width = Math.max(...flags.map((flag) => flag.flags.length));
  const lines = flags.map((flag) => `  ${flag.flags.padEnd(width)}  ${flag.description}`);
  return `\nFlags of every command:\n${lines.join('\n')}`;
}

/** addCommand() passes nothing on to a command that was made elsewhere. */
function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}
