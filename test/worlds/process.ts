import { type Caller, type CallKind, failure } from './disk.ts';
import { createProgram } from './program.ts';
import type { Service } from './service.ts';
import type { Actor, Turns } from './turns.ts';

/** A machine with a clock and process numbers of its own. All of them have one disk. */
export interface Machine {
  name: string;
  /** Of no other machine in any world: the program keeps some things by process. */
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
export interface SimulatedProcess extends Actor, Caller {
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
  /** Counts a step of its life, and lets happen what is to happen there. */
  step(): void;
  revive(): void;
  kill(): void;
}

/** Starts the program on a machine. */
export function startProcess(
  { turns, service, random, log }: Environment,
  machine: Machine,
  argv: readonly string[],
  { fates = [], faults = [] }: { fates?: readonly Fate[]; faults?: readonly DiskFault[] } = {},
): SimulatedProcess {
  const pid = 100 + machine.processes.length;
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
    else if (what === 'interrupted')
      void turns.wait(self, 0, () => finish(130, `is interrupted: ${program.interrupt()}`));
    else {
      log(`${self.name} is stopped at step ${steps}`);
      turns.freeze(self);
      if (Number.isFinite(forMs)) void turns.wait({ name: 'shell', state: 'running' }, forMs, self.revive);
    }
  }

  function faultAt(kind: CallKind): string | undefined {
    return faults.find(({ step, calls, code }) => steps >= step && steps < step + calls && fails[code].includes(kind))
      ?.code;
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
      if (path === 'hostname') return machine.bootId;
      if (!machine.hasProc) throw failure('ENOENT', path);
      if (path === '/proc/sys/kernel/random/boot_id') return machine.bootId;
      if (path === '/proc/self/ns/pid') return 'pid:[1]';
      const found = machine.processes[Number(path.split('/')[2]) - 100];
      if (!found || found.state === 'dead') throw failure('ENOENT', path);
      const fields = Array.from({ length: 22 }, (_, index) =>
        index === 19 ? machine.processes.indexOf(found) + 1 : 1,
      );
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

  machine.processes.push(self);
  log(`${self.name} begins ${argv.join(' ')}`);
  const program = createProgram({ turns, service, random }, self, pid);
  void turns.wait(self, 0, () => program.run().then((code) => finish(code, `exits ${code}`)));
  return self;
}
