import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Whose a run is. It is part of the run's file name, so that taking a run over is one atomic rename. */
export interface Owner {
  pid: number;
  /** When the process started, in the system's own count: a number given to a later process is told apart by it. */
  start: string;
  /** The machine, its boot and its process namespace, as a short hash. */
  host: string;
}

/** In the place of an owner: the run was let go unfinished, and nobody works on it. */
export const nobody = 'nobody';
/** Likewise, and all that is left of the run was let go on purpose: nobody has to look into it unasked. */
export const letGo = 'let-go';

/** A run elsewhere, or of which the process cannot be told apart, lives while its file was touched so recently. */
const leaseMs = 40_000;
export const heartbeatMs = 10_000;

export function thisProcess(pid: number): Owner {
  const host = [
    hostname(),
    quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    quietly(() => readlinkSync('/proc/self/ns/pid')),
  ].join();
  return {
    pid,
    start: startOf(pid) ?? '0',
    host: createHash('sha256').update(host).digest('hex').slice(0, 10),
  };
}

/**
 * Whether the owner still runs; `unsure` where only its last sign speaks for it.
 * @param touchedMs how long ago its file was last touched, by this machine's clock
 */
export function lifeOf(
  owner: Owner,
  self: Owner,
  touchedMs: number,
  kill: (pid: number) => void,
): 'alive' | 'dead' | 'unsure' {
  // A clock that was set back must not keep a dead run alive until it has caught up.
  const leased = Math.abs(touchedMs) < leaseMs;
  if (owner.host !== self.host) return leased ? 'unsure' : 'dead';
  if (!exists(owner.pid, kill)) return 'dead';
  const start = startOf(owner.pid);
  if (start === undefined) return leased ? 'alive' : 'dead';
  return start === owner.start ? 'alive' : 'dead';
}

export function ownerName({ pid, start, host }: Owner): string {
  return `${pid}-${start}-${host}`;
}

export function parseOwner(name: string): Owner | undefined {
  const [, pid, start, host] = /^(\d+)-(\d+)-([0-9a-f]+)$/.exec(name) ?? [];
  return pid && start && host ? { pid: Number(pid), start, host } : undefined;
}

function exists(pid: number, kill: (pid: number) => void): boolean {
  try {
    kill(pid);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); undefined where the system has no such file. A zombie has ended. */
function startOf(pid: number): string | undefined {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? 'ended' : fields?.[19];
}

function quietly<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
