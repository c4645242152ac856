import { writeSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { createRedactor } from './api-key.ts';
import { folderFlaw, readTrustedText } from './disk/read-text.ts';
import { Failure } from './errors.ts';
import { formatDuration } from './task/duration.ts';
import { createInput, createOutput } from './terminal/streams.ts';
import { wrapped } from './terminal/wrap.ts';
import type { Clock, Deadline, Output, StopSignal, World } from './world.ts';

/** As shells count them: 128 and the signal's number. */
const signalExits: Record<StopSignal, number> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** The front door: all of the process that the program sees. */
export function createWorld(process: NodeJS.Process): World {
  const machine = machineOf(process);
  const last: Array<(signal: StopSignal) => string> = [];
  const signals = Object.keys(signalExits) as StopSignal[];
  let stopping = false;

  function stop(signal: StopSignal): void {
    // The second one does not wait for anything. npx sends one of its own after each Ctrl-C: that must do no harm.
    if (stopping) return leave(signal);
    stopping = true;
    // Node's exit waits for its threads: a name look-up or a call to a file system may hang in one of them.
    if (process.getActiveResourcesInfo().some((name) => /^(FS|File|GetAddrInfo)/.test(name))) endSoon(signal);
    for (const say of last) {
      const line = wrapped(machine.redact(say(signal)), stderr.columns());
      try {
        writeSync(2, `${stderr.isTerminal ? '\n' : ''}${line}\n`);
      } catch {
        // Nobody reads it; the record knows.
      }
    }
    leave(signal);
  }

  function leave(signal: StopSignal): void {
    // From here on the signal itself ends the process, which shells count alike.
    for (const each of signals) process.removeAllListeners(each);
    process.exit(signalExits[signal]);
  }

  /** Ends this process from outside, by force where the last words hang on the same file system. */
  function endSoon(signal: StopSignal): void {
    if (process.platform === 'win32') return;
    const { spawn } = process.getBuiltinModule('node:child_process');
    const kill = (name: string): string => `kill -s ${name} ${process.pid}`;
    const words = ['-c', `sleep 0.2; ${kill(signal.slice(3))} && sleep 0.1; ${kill('KILL')}`];
    spawn('sh', words, { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH } }).unref();
  }

  // undici's, for those who use undici; not for people who have such a proxy.
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...more: never[]) => {
    if (!String(warning).startsWith('SOCKS5 proxy support')) emitWarning.call(process, warning, ...more);
  };

  const stderr = createOutput(2, () => process.stderr, machine.redact);
  return {
    ...machine,
    get cwd() {
      return currentFolder();
    },
    stdin: createInput(
      () => process.stdin,
      () => process.getBuiltinModule('node:tty').isatty(0),
    ),
    stdout: createOutput(1, () => process.stdout, machine.redact),
    stderr,
    keepCompiled: (folder) => {
      const module = process.getBuiltinModule('node:module') as Node22Module;
      module.enableCompileCache?.(folder);
    },
    interrupt: () => stop('SIGINT'),
    onStop(say) {
      // Until there is something to tidy up, a signal ends the process by itself, whatever hangs.
      if (last.length === 0) for (const signal of signals) process.on(signal, () => stop(signal));
      last.push(say);
    },
  };
}

/** The world of a program that calls this one as a library: nothing is printed or read, and signals are its own. */
export function createSilentWorld(process: NodeJS.Process): World {
  const silent: Output = {
    isTerminal: false,
    columns: () => 0,
    write: async () => undefined,
    writeShort: async () => undefined,
    writeBytes: async () => undefined,
    isClosed: () => true,
    fault: () => undefined,
    get stream() {
      return process.stderr;
    },
  };
  return {
    ...machineOf(process),
    get cwd() {
      return currentFolder();
    },
    stdin: createInput(
      () => process.stdin,
      () => false,
    ),
    stdout: silent,
    stderr: silent,
    keepCompiled: () => undefined,
    interrupt: () => undefined,
    onStop: () => undefined,
  };
}

function machineOf(process: NodeJS.Process) {
  const user = { uid: process.getuid?.(), gid: process.getgid?.() };
  const { keep, redact } = createRedactor();
  return {
    keepSecret: keep,
    redact,
    env: process.env,
    platform: process.platform,
    home: homeFolder(),
    readText: (path: string) => readTrustedText(path, user),
    folderFlaw: (path: string) => folderFlaw(path, user),
    pid: process.pid,
    nodeVersion: process.version,
    calledAs: process.env.npm_command === 'exec' ? 'npx runapi-imagen' : 'runapi-imagen',
    invocation: [process.execPath, ...process.argv.slice(1, 2)],
    argv: process.argv.slice(2),
    clock: systemClock,
    deadline: systemDeadline,
    probe: (pid: number) => void process.kill(pid, 0),
  };
}

/** Typed here: Node 20's module lacks it. */
type Node22Module = { enableCompileCache?(folder: string): unknown };

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new Failure('validation', 'the current folder was deleted', {
      hint: 'Change to a folder that exists (cd)',
      cause,
    });
  }
}

/** An account without a home folder makes homedir() throw. */
function homeFolder(): string | undefined {
  try {
    return homedir() || userInfo().homedir || undefined;
  } catch {
    return undefined;
  }
}

/** Node's timers take no longer wait: a longer one would end at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own time. */
const systemClock: Clock = {
  now: () => Date.now(),
  monotonic,
  random: () => Math.random(),
  wait(milliseconds, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(done, Math.min(milliseconds, longestTimerMs));
      signal?.addEventListener('abort', stopped, { once: true });
      function done(): void {
        signal?.removeEventListener('abort', stopped);
        resolve();
      }
      function stopped(): void {
        clearTimeout(timer);
        reject(signal?.reason);
      }
    });
  },
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** The signal's reason is the `timeout` failure that the user is told. */
function systemDeadline(milliseconds: number): Deadline {
  const end = monotonic() + milliseconds;
  const controller = new AbortController();
  const timer = setTimeout(
    () =>
      controller.abort(
        new Failure('timeout', `not finished after ${formatDuration(milliseconds)}`, {
          hint: '--timeout gives it longer',
          retryable: true,
        }),
      ),
    Math.min(milliseconds, longestTimerMs),
  ).unref();
  return {
    remaining: () => Math.max(0, end - monotonic()),
    signal: controller.signal,
    cancel: () => clearTimeout(timer),
  };
}

/** Returns `performance.now()` without loading `performance`. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1_000_000;
}
