import { Command, CommanderError, type Option } from 'commander';
import { batchCommand } from './commands/batch.ts';
import { configCommand } from './commands/config.ts';
import type { Desk } from './commands/doing.ts';
import { downloadCommand } from './commands/download.ts';
import { generateCommand } from './commands/generate.ts';
import { resumeCommand } from './commands/resume.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { statusCommand } from './commands/status.ts';
import { exitCodes } from './errors.ts';
import { hoistCommand } from './hoist.ts';
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
  let code = 0;
  const program = buildProgram({ world, exit: (wanted) => (code = wanted) });
  if (argv.length === 0) {
    await world.stderr.write(welcome);
    return exitCodes.validation;
  }
  try {
    await program.parseAsync(hoistCommand(argv, flagsWithValue(program)), {
      from: 'user',
    });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? 0 : exitCodes.validation;
    if (code !== 0) await sayUsageError(world, error, argv.includes('--json'));
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
      writeOut: (text) => void desk.world.stdout.write(text),
      writeErr: () => undefined, // usage errors are said once, by sayUsageError
    })
    .addHelpText('before', `Examples:\n${welcome.split('\n').slice(2, 4).join('\n')}\n`)
    .addHelpText('afterAll', `\nProblems and questions: ${home}/issues`);
  const commands = [
    generateCommand,
    statusCommand,
    downloadCommand,
    batchCommand,
    resumeCommand,
    configCommand,
    sandboxCommand,
  ];
  for (const make of commands) {
    const command = make(desk);
    program.addCommand(command);
    inheritSettings(command, program);
  }
  return program;
}

/** addCommand() passes nothing on to a command that was made elsewhere. */
function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent).helpOption('-h, --help', 'print this help');
  for (const child of command.commands) inheritSettings(child, command);
}

/** The same flag means the same everywhere, so any command may tell whether a value follows it. */
function flagsWithValue(program: Command): (flag: string) => boolean {
  const options: Option[] = [program, ...program.commands].flatMap((command) => command.options as Option[]);
  const names = options.filter(({ required }) => required).flatMap(({ short, long }) => [short, long]);
  return (flag) => names.includes(flag);
}

async function sayUsageError(world: World, error: CommanderError, json: boolean): Promise<void> {
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const message = suggestion ? `${first} ${suggestion}` : first;
  const hint = 'See runapi-imagen --help';
  await world.stderr.write(`error: ${message}\n${hint}\n`);
  if (!json) return;
  const report = {
    code: 'validation',
    message,
    hint,
    status: null,
    request_id: null,
    retryable: false,
    details: null,
  };
  await world.stdout.write(`${JSON.stringify({ error: report })}\n`);
}
