import { readCall } from '../../src/command-line/call.ts';
import { batchCommand } from '../../src/commands/batch/command.ts';
import { generateCommand } from '../../src/commands/generate/command.ts';
import { resumeCommand } from '../../src/commands/resume/command.ts';
import { type Context, createContext } from '../../src/context.ts';
import { exitCodeFor, Failure } from '../../src/errors.ts';
import type { Output, StopSignal, World } from '../../src/world.ts';
import { failure } from './disk.ts';
import type { Service } from './service.ts';
import type { CallKind } from './system-calls.ts';
import type { Actor, Turns } from './turns.ts';

/** A machine with a clock and process numbers of its own. All of them have one disk. */
export interface Machine {
  name: string;
  /** No other machine of any world has it: the program keeps some things by process. */
  bootId: string;
  /** By how much its date is wrong, in milliseconds. */
  skewMs: number;
  /** It tells of its processes in /proc, as Linux does. */
  hasProc: boolean;
  processes: SimulatedProcess[];
}

/** What happens to a process, and before which of its calls on the disk or the network. */
export interface Fate {
  step: number;
  what: 'killed' | 'frozen' | 'interrupted';
  /** How long it stands still. */
  forMs: number;
}

/** Calls on the disk fail from one step on, as often as told. */
export interface DiskFault {
  step: number;
  calls: number;
  code: 'EIO' | 'ESTALE' | 'EMFILE' | 'ENOSPC' | 'EDQUOT';
}

/** To which calls an error can happen. */
const fails: Record<DiskFault['code'], readonly CallKind[]> = {
  EIO: ['read', 'open', 'write', 'remove', 'flush', 'close'],
  ESTALE: ['read', 'open', 'write', 'remove', 'flush'],
  EMFILE: ['open'],
  ENOSPC: ['write'],
  EDQUOT: ['write'],
};

export interface Environment {
  turns: Turns;
  service: Service;
  random(): number;
  log(text: string): void;
}

/** A run of the program. */
export interface SimulatedProcess extends Actor {
  machine: Machine;
  argv: readonly string[];
  stdout: string;
  stderr: string;
  /** Undefined while it runs, and where it was killed. */
  exitCode: number | undefined;
  /** Errors of the disk that it met. */
  faults: number;
  /** Resolves when it has ended in whatever way. */
  ended: Promise<void>;
  /** Makes a call on the disk. */
  call<Value>(kind: CallKind, path: string, act: () => Value): Value;
  callLater<Value>(kind: CallKind, path: string, act: () => Value): Promise<Value>;
  /** Writes at once. What a process writes in the moment in which it is stopped comes when it is continued. */
  write(path: string, bytes: Uint8Array, act: (part: Uint8Array) => number, isOpen: () => boolean): number;
  /** Counts a step of its life, and lets happen what is to happen there. */
  step(): void;
  /** Reads a file of /proc. */
  proc(path: string): string;
  revive(): void;
  kill(): void;
}

const commands = [generateCommand, batchCommand, resumeCommand];
const midnight = Date.UTC(2026, 10, 26);

/** The date by a clock that is right. */
export function dateAt(milliseconds: number): number {
  return midnight + milliseconds;
}

/** Starts the program on a machine. */
export function startProcess(
  { turns, service, random, log }: Environment,
  machine: Machine,
  argv: readonly string[],
  { fates = [], faults = [] }: { fates?: readonly Fate[]; faults?: readonly DiskFault[] } = {},
): SimulatedProcess {
  const pid = 100 + machine.processes.length;
  const lastWords: Array<(signal: StopSignal) => string> = [];
  const delayed: Array<() => void> = [];
  let steps = 0;
  let end = (): void => undefined;

  function finish(code: number | undefined, how: string): void {
    if (self.state === 'dead') return;
    self.exitCode = code;
    log(`${self.name} ${how}`);
    turns.kill(self);
    end();
  }

  function meet({ what, forMs }: Fate): void {
    if (what === 'killed') finish(undefined, `is killed at step ${steps}`);
    else if (what === 'interrupted') void turns.wait(self, 0, () => finish(130, `is interrupted: ${lastWords.map((say) => say('SIGINT')).join()}`));
    else {
      log(`${self.name} is stopped at step ${steps}`);
      turns.freeze(self);
      if (Number.isFinite(forMs)) void turns.wait({ name: 'shell', state: 'running' }, forMs, self.revive);
    }
  }

  function faultAt(kind: CallKind): string | undefined {
    return faults.find(({ step, calls, code }) => steps >= step && steps < step + calls && fails[code].includes(kind))?.code;
  }

  /** The call fails, before or after it has done what it is to do. */
  function tryTo<Value>(kind: CallKind, path: string, act: () => Value): Value {
    const code = faultAt(kind);
    if (code === undefined) return act();
    self.faults += 1;
    log(`${self.name} gets ${code} (${kind} ${path.slice(path.lastIndexOf('/') + 1)})`);
    if (kind !== 'open' && (code === 'EIO' || code === 'ESTALE') && random() < 0.2) act();
    throw failure(code, path);
  }

  const self: SimulatedProcess = {
    name: `${machine.name}${pid}`,
    machine,
    argv,
    state: 'running',
    stdout: '',
    stderr: '',
    exitCode: undefined,
    faults: 0,
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    step() {
      if (self.state === 'frozen') return;
      steps += 1;
      for (const fate of fates) if (fate.step === steps) meet(fate);
    },
    call(kind, path, act) {
      self.step();
      if (self.state === 'dead') throw failure('EKILLED', path);
      return tryTo(kind, path, act);
    },
    callLater(kind, path, act) {
      self.step();
      const wait = random() < 0.01 ? 1000 * random() : random();
      return turns.wait(self, wait, () => tryTo(kind, path, act), { kernel: true });
    },
    write(path, bytes, act, isOpen) {
      self.step();
      if (self.state === 'dead') {
        if (random() < 0.5) act(bytes.subarray(0, Math.floor(bytes.length * random())));
        throw failure('EKILLED', path);
      }
      if (self.state !== 'frozen') return tryTo('write', path, () => act(bytes));
      delayed.push(() => {
        if (isOpen()) act(bytes);
      });
      return bytes.length;
    },
    proc(path) {
      if (!machine.hasProc) throw failure('ENOENT', path);
      if (path === '/proc/sys/kernel/random/boot_id') return machine.bootId;
      if (path === '/proc/self/ns/pid') return 'pid:[1]';
      const found = machine.processes[Number(path.split('/')[2]) - 100];
      if (!found || found.state === 'dead') throw failure('ENOENT', path);
      const fields = Array.from({ length: 22 }, (_, index) => (index === 19 ? machine.processes.indexOf(found) + 1 : 1));
      return `${path} (node) S ${fields.slice(1).join(' ')}`;
    },
    kill: () => finish(undefined, 'is killed'),
    revive() {
      if (self.state !== 'frozen') return;
      log(`${self.name} is continued`);
      turns.revive(self);
      for (const write of delayed.splice(0)) write();
    },
  };

  const world: World = {
    env: { RUNAPI_API_KEY: 'rk_worlds', RUNAPI_BASE_URL: service.base, XDG_STATE_HOME: '/sim/state', CI: '1' },
    platform: 'linux',
    home: '/sim/home',
    readText: (path) => (path.endsWith('config.json') ? JSON.stringify({ api: service.dialect }) : undefined),
    folderFlaw: () => undefined,
    cwd: '/sim/work',
    pid,
    nodeVersion: process.version,
    calledAs: 'runapi-imagen',
    invocation: ['runapi-imagen'],
    argv,
    stdin: { isTerminal: false, readAll: async () => Buffer.alloc(0), stream: undefined as never },
    stdout: outputInto((text) => {
      if (self.state !== 'dead') self.stdout += text;
    }),
    stderr: outputInto((text) => {
      if (self.state !== 'dead') self.stderr += text;
    }),
    clock: {
      now: () => Math.floor(dateAt(turns.now()) + machine.skewMs),
      monotonic: () => turns.now(),
      wait: (milliseconds, signal) => turns.wait(self, milliseconds, () => undefined, signal ? { signal } : {}),
      random,
      every(milliseconds, tick) {
        const controller = new AbortController();
        const next = (): Promise<void> => turns.wait(self, milliseconds, beat, controller);
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
      turns.wait(self, milliseconds, abort, cancelled).catch(() => undefined);
      return { remaining: () => Math.max(0, at - turns.now()), signal: over.signal, cancel: () => cancelled.abort() };
    },
    probe(asked) {
      if (machine.processes[asked - 100]?.state === 'dead') throw failure('ESRCH', String(asked));
    },
    keepSecret: () => undefined,
    redact: (text) => text,
    keepCompiled: () => undefined,
    interrupt: () => undefined,
    onStop: (say) => void lastWords.push(say),
  };

  machine.processes.push(self);
  log(`${self.name} begins ${argv.join(' ')}`);
  void turns.wait(self, 0, () => main(world, argv, service.transportOf(self)).then((code) => finish(code, `exits ${code}`)));
  return self;
}

/** As in src/main.ts. */
async function main(world: World, argv: readonly string[], transport: ReturnType<Service['transportOf']>): Promise<number> {
  const call = readCall(argv, commands, () => 0);
  if ('text' in call) throw new Error(`${argv.join(' ')} asks for a text`);
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
