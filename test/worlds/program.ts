import { readCall } from '../../src/command-line/call.ts';
import { batchCommand } from '../../src/commands/batch/command.ts';
import { generateCommand } from '../../src/commands/generate/command.ts';
import { resumeCommand } from '../../src/commands/resume/command.ts';
import { type Context, createContext } from '../../src/context.ts';
import { exitCodeFor, Failure } from '../../src/errors.ts';
import type { Output, StopSignal, World } from '../../src/world.ts';
import { failure } from './disk.ts';
import type { Service } from './service.ts';
import { type Actor, dateAt, type Turns } from './turns.ts';

/** The process in which the program runs. */
interface Process extends Actor {
  machine: { skewMs: number; processes: readonly Actor[] };
  argv: readonly string[];
  stdout: string;
  stderr: string;
  step(): void;
}

/** The real program, with all that it knows of its world simulated. */
export interface Program {
  /** Returns the exit code. */
  run(): Promise<number>;
  /** Stops it as Ctrl-C does. Returns its last words. */
  interrupt(): string;
}

const commands = [generateCommand, batchCommand, resumeCommand];

export function createProgram(
  { turns, service, random }: { turns: Turns; service: Service; random(): number },
  process: Process,
  pid: number,
): Program {
  const lastWords: Array<(signal: StopSignal) => string> = [];
  const world: World = {
    env: { RUNAPI_API_KEY: 'rk_worlds', RUNAPI_BASE_URL: service.base, XDG_STATE_HOME: '/sim/state', CI: '1' },
    platform: 'linux',
    home: '/sim/home',
    readText: (path) => (path.endsWith('config.json') ? JSON.stringify({ api: service.dialect }) : undefined),
    folderFlaw: () => undefined,
    cwd: '/sim/shots',
    pid,
    nodeVersion: 'v20.0.0',
    calledAs: 'runapi-imagen',
    invocation: ['runapi-imagen'],
    argv: process.argv,
    stdin: { isTerminal: false, readAll: async () => Buffer.alloc(0), stream: undefined as never },
    stdout: outputInto((text) => {
      if (process.state !== 'dead') process.stdout += text;
    }),
    stderr: outputInto((text) => {
      if (process.state !== 'dead') process.stderr += text;
    }),
    clock: {
      now: () => Math.floor(dateAt(turns.now()) + process.machine.skewMs),
      monotonic: () => turns.now(),
      wait: (milliseconds, signal) => turns.wait(process, milliseconds, () => undefined, signal ? { signal } : {}),
      random,
      every(milliseconds, tick) {
        const controller = new AbortController();
        const next = (): Promise<void> => turns.wait(process, milliseconds, beat, controller);
        function beat(): void {
          tick();
          next().catch(() => undefined);
        }
        next().catch(() => undefined);
        return () => controller.abort();
      },
    },
    deadline(milliseconds) {
      const at = turns.now() + milliseconds;
      const over = new AbortController();
      const cancelled = new AbortController();
      const abort = (): void => over.abort(new Failure('timeout', 'not finished in time', { retryable: true }));
      turns.wait(process, milliseconds, abort, cancelled).catch(() => undefined);
      return { remaining: () => Math.max(0, at - turns.now()), signal: over.signal, cancel: () => cancelled.abort() };
    },
    probe(asked) {
      if (process.machine.processes[asked - 100]?.state === 'dead') throw failure('ESRCH', String(asked));
    },
    keepSecret: () => undefined,
    redact: (text) => text,
    keepCompiled: () => undefined,
    interrupt: () => undefined,
    onStop: (say) => void lastWords.push(say),
  };

  return {
    run: () => main(world, service.transportOf(process)),
    interrupt: () => lastWords.map((say) => say('SIGINT')).join(),
  };
}

/** As in src/main.ts. */
async function main(world: World, transport: ReturnType<Service['transportOf']>): Promise<number> {
  const call = await readCall(world.argv, commands, () => 0);
  if ('text' in call) throw new Error(`${world.argv.join(' ')} asks for a text`);
  let context: Context | undefined;
  try {
    context = await createContext(world, call.flags, () => transport);
    return await call.act(context);
  } catch (error) {
    await context?.reporter.failure(error);
    if (!(error instanceof Failure) && context) world.stderr.write(String(error instanceof Error && error.stack));
    return exitCodeFor(error);
  } finally {
    await context?.close();
  }
}

function outputInto(put: (text: string) => void): Output {
  return {
    isTerminal: false,
    columns: () => 0,
    write: async (text) => put(text),
    writeShort: async (text) => put(text),
    writeBytes: async () => undefined,
    isClosed: () => false,
    fault: () => undefined,
    stream: undefined as never,
  };
}
