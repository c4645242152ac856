import type { Clock, Deadline } from './clock.ts';
import type { Surroundings } from './disk/surroundings.ts';

/** Everything outside the program, as it is handed in at the front door. */
export interface World extends Surroundings {
  cwd: string;
  pid: number;
  nodeVersion: string;
  /** How the user called the program, for the commands that it names: `runapi-imagen` or `npx runapi-imagen`. */
  calledAs: string;
  /** Node and this program's own file: how to start it again, whatever the PATH. */
  invocation: readonly string[];
  stdin: Input;
  stdout: Output;
  stderr: Output;
  clock: Clock;
  /** A deadline so many milliseconds from now. */
  deadline(milliseconds: number): Deadline;
  /** Throws where no process has this number; changes nothing. */
  probe(pid: number): void;
  /** A text that no output may hold from now on. */
  keepSecret(text: string): void;
  /** Has Node keep what it compiles from here on in this folder, so that the next start is quicker; Node 20 can't. */
  keepCompiled(folder: string): void;
  /** Ends the program as Ctrl-C does, where a raw terminal took the key for itself. */
  interrupt(): void;
  /** What to do at once when a signal stops the program. Answers the last line on stderr. */
  onStop(last: (signal: StopSignal) => string): void;
}

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface Input {
  isTerminal: boolean;
  /** All of it, as bytes; empty where it is closed. Throws `validation` past the limit. */
  readAll(maxBytes: number): Promise<Buffer>;
  stream: NodeJS.ReadStream;
}

export interface Output {
  isTerminal: boolean;
  /** 0 where it is no terminal, or one without a width. */
  columns(): number;
  /** Resolves when the text left the program, or nobody reads it any more. */
  write(text: string): Promise<void>;
  /** For a short text that is all there is to say: done sooner, and a reader who stalls stalls everything. */
  writeShort(text: string): Promise<void>;
  writeBytes(bytes: Uint8Array): Promise<void>;
  /** Nobody reads it any more. */
  isClosed(): boolean;
  /** Why it could not be written to, where the reason is not that nobody reads it: a full disk, say. */
  fault(): Error | undefined;
  stream: NodeJS.WriteStream;
}
