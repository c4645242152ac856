/** The machine as the program sees it, passed in by the caller. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  /** The user's home folder; a service may have none. */
  home: string | undefined;
  /** Returns undefined where the file does not exist; throws where it cannot be read or must not be trusted. */
  readText(path: string): string | undefined;
}

/** Everything outside the program, as it is handed in at the front door. */
export interface World extends Surroundings {
  /** Throws `validation` where the current folder was deleted. */
  readonly cwd: string;
  pid: number;
  nodeVersion: string;
  /** How the user called the program, for the commands that it names: `runapi-imagen` or `npx runapi-imagen`. */
  calledAs: string;
  /** Node and this program's own file: how to start it again, whatever the PATH. */
  invocation: readonly string[];
  /** The arguments. */
  argv: readonly string[];
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
  /** Removes what is secret from a text. */
  redact(text: string): string;
  /** Tells why a folder of this program must not be used, because another user could have written in it. */
  folderFlaw(path: string): string | undefined;
  /** Has Node keep what it compiles from here on in this folder, so that the next start is quicker; Node 20 can't. */
  keepCompiled(folder: string): void;
  /** Ends the program as Ctrl-C does, where a raw terminal took the key for itself. */
  interrupt(): void;
  /** Registers work for when a signal stops the program. Its result is the last line on stderr. */
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
  /** 0 off a terminal, or where its width is unknown. */
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

/** Time as it is handed in: nobody else reads a clock, starts a timer or throws dice. */
export interface Clock {
  /** Milliseconds since 1970, for dates that are shown or written. It may jump. */
  now(): number;
  /** Milliseconds that only grow, for waiting and deadlines. */
  monotonic(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when it is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls back every so many milliseconds, without keeping the process alive, until the answer is called. */
  every(milliseconds: number, tick: () => void): () => void;
  /** 0 to 1. */
  random(): number;
}

/** A deadline: the time left, and a signal that aborts when it is over. */
export interface Deadline {
  /** Milliseconds left, never below 0. */
  remaining(): number;
  signal: AbortSignal;
  /** It no longer matters: a batch has many of them. */
  cancel(): void;
}
