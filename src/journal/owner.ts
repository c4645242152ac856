import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The process that a run belongs to. It is part of the run's file name, so that taking it over is one rename. */
export interface Owner {
  pid: number;
  /** When the process started, in the system's own count: tells a later process with the same number apart. */
  start: string;
  /** The machine, its boot and its process namespace, as a short hash. */
  host: string;
}

export function thisProcess(pid: number): Owner {
  const host = [
    hostname(),
    quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    quietly(() => readlinkSync('/proc/self/ns/pid')),
  ].join();
  return { pid, start: startOf(pid) ?? '0', host: createHash('sha256').update(host).digest('hex').slice(0, 10) };
}

/** Tells whether a process of this machine lives; `unsure` for one elsewhere, or where the system cannot tell. */
export function lifeHere(owner: Owner, self: Owner, kill: (pid: number) => void): 'alive' | 'dead' | 'unsure' {
  if (owner.host !== self.host) return 'unsure';
  if (!exists(owner.pid, kill)) return 'dead';
  const start = startOf(owner.pid);
  if (start === undefined) return owner.pid === self.pid ? 'alive' : 'unsure';
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
