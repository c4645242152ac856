import crypto from 'node:crypto';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';
import { type Caller, type CallKind, type Disk, firstDescriptor } from './disk.ts';

/** The world in which the calls of this moment are made. */
export interface Kernel {
  disk: Disk;
  /** The process whose turn it is; undefined for what belongs to no world. */
  caller(): Caller | undefined;
  random(): number;
  /** The fence is down: a run's file always seems to be under its own name. */
  isFenceless: boolean;
}

let kernel: Kernel | undefined;

/** From now on the calls on paths below `/sim` and on `/proc` are those of this world's processes. */
export function enter(world: Kernel | undefined): void {
  kernel = world;
}

const isSimulated = (path: unknown): path is string =>
  kernel !== undefined && typeof path === 'string' && (path.startsWith('/sim/') || isProc(path));
const isProc = (path: string): boolean => path.startsWith('/proc/') && kernel?.caller() !== undefined;
const isDescriptor = (descriptor: unknown): descriptor is number => Number(descriptor) > firstDescriptor;

/** A call that returns when it is done. */
function now<Value>(kind: CallKind, path: string, act: (disk: Disk) => Value): Value {
  const { disk, caller } = kernel as Kernel;
  const process = caller();
  return process ? process.call(kind, path, () => act(disk)) : act(disk);
}

/** A call that the process waits for. */
function later<Value>(kind: CallKind, path: string, act: (disk: Disk) => Value): Promise<Value> {
  const { disk, caller } = kernel as Kernel;
  const process = caller();
  return process ? process.callLater(kind, path, () => act(disk)) : Promise.resolve(act(disk));
}

const maker = (): string => kernel?.caller()?.name ?? 'nobody';
const isForReading = (flags: unknown): boolean => typeof flags === 'number' || flags === undefined || flags === 'r';

function stat(path: string, { throwIfNoEntry = true } = {}) {
  const isLie = kernel?.isFenceless && path.includes('/runs/');
  const facts = now('read', path, (disk) => (isLie ? disk.openedAs(path) : disk.stat(path)));
  if (!facts && throwIfNoEntry) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  return facts;
}

async function statLater(path: string) {
  const facts = await later('read', path, (disk) => disk.stat(path));
  if (!facts) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  return facts;
}

/** Calls on a path. */
const byPath = {
  openSync: (path: string, flags: string | number = 'r') =>
    now('open', path, (disk) => {
      if (typeof flags === 'number' && flags > 0o20000000)
        throw Object.assign(new Error('EOPNOTSUPP'), { code: 'EOPNOTSUPP' });
      return disk.open(path, flags, maker());
    }),
  statSync: stat,
  lstatSync: stat,
  mkdirSync: (path: string) => now('write', path, (disk) => disk.makeFolder(path)),
  // One Node holds the temporary files of all simulated processes: a signal to one of them removes its own.
  unlinkSync: (path: string) =>
    now('remove', path, (disk) => (disk.makerOf(path) === maker() ? disk.unlink(path) : undefined)),
  readFileSync: (path: string) => {
    const text = isProc(path) ? kernel?.caller()?.proc(path) : undefined;
    return text ?? now('open', path, (disk) => readAll(disk, path)).toString();
  },
  writeFileSync: (path: string, text: string) => now('write', path, (disk) => writeAll(disk, path, 'w', text)),
  renameSync: (from: string, to: string) => now('write', to, (disk) => disk.rename(from, to)),
  realpathSync: (path: string) => {
    stat(path);
    return path;
  },
  readlinkSync: (path: string) => kernel?.caller()?.proc(path) ?? '',
};

/** Calls on an open file. */
const byDescriptor = {
  closeSync: (file: number) => now('close', pathOf(file), (disk) => disk.close(file)),
  fstatSync: (file: number) => now('read', pathOf(file), (disk) => disk.fstat(file)),
  readFileSync: (file: number) => now('read', pathOf(file), (disk) => disk.read(file, 2 ** 30, 0)),
  readSync(file: number, into: Uint8Array, at: number, length: number, position: number | null) {
    const bytes = now('read', pathOf(file), (disk) => disk.read(file, length, position));
    into.set(bytes, at);
    return bytes.length;
  },
  writeSync(file: number, bytes: Uint8Array | string, at = 0) {
    const rest = Buffer.from(bytes as string).subarray(at);
    const write = (part: Uint8Array): number => kernel?.disk.write(file, part) ?? 0;
    return kernel?.caller()?.write(pathOf(file), rest, write, () => pathOf(file) !== '') ?? 0;
  },
  ftruncateSync: (file: number, length: number) => now('write', pathOf(file), (disk) => disk.truncate(file, length)),
};

/** Calls on an open file that take a callback, which the program turns into promises. */
const promised = {
  close: (file: number) => later('close', pathOf(file), (disk) => disk.close(file)),
  fdatasync: (file: number) => later('flush', pathOf(file), () => undefined),
  ftruncate: (file: number, length = 0) => later('write', pathOf(file), (disk) => disk.truncate(file, length)),
  write: (file: number, bytes: Uint8Array, at = 0, length = bytes.length) =>
    later('write', pathOf(file), (disk) => ({ bytesWritten: disk.write(file, bytes.subarray(at, at + length)) })),
  writev: (file: number, chunks: Uint8Array[]) =>
    later('write', pathOf(file), (disk) => ({ bytesWritten: disk.write(file, Buffer.concat(chunks)) })),
};

const byPathLater = {
  chmod: (path: string) => later('write', path, () => undefined),
  link: (from: string, to: string) => later('write', to, (disk) => disk.link(from, to)),
  open: async (path: string, flags: string | number = 'r') => {
    const kind = isForReading(flags) ? 'open' : 'write';
    return handle(await later(kind, path, (disk) => disk.open(path, flags, maker())));
  },
  readdir: (path: string) => later('open', path, (disk) => disk.list(path)),
  readFile: async (path: string, encoding?: BufferEncoding) => {
    const bytes = await later('open', path, (disk) => readAll(disk, path));
    return encoding ? bytes.toString(encoding) : bytes;
  },
  rename: (from: string, to: string) => later('write', to, (disk) => disk.rename(from, to)),
  rm: (path: string) => later('remove', path, (disk) => disk.removeFolder(path)),
  stat: statLater,
  lstat: statLater,
  unlink: (path: string) => later('remove', path, (disk) => disk.unlink(path)),
};

function handle(file: number) {
  return {
    writeFile: (text: string | Uint8Array) => promised.write(file, Buffer.from(text as string)),
    datasync: () => promised.fdatasync(file),
    sync: () => promised.fdatasync(file),
    close: () => promised.close(file),
    stat: () => later('read', pathOf(file), (disk) => disk.fstat(file)),
    read: async (buffer: Buffer, offset = 0, length = buffer.length - offset, position: number | null = null) => {
      const bytes = await later('read', pathOf(file), (disk) => disk.read(file, length, position));
      buffer.set(bytes, offset);
      return { buffer, bytesRead: bytes.length };
    },
  };
}

/** In pieces, as a stream reads. */
async function* readStream(
  path: string,
  { fd, start = 0, end = Number.POSITIVE_INFINITY, autoClose = true }: StreamOptions,
) {
  const file = fd ?? (await later('open', path, (disk) => disk.open(path, 'r', maker())));
  try {
    for (let at = start; ; ) {
      const length = Math.min(2 ** 16, end + 1 - at);
      const bytes = await later('read', pathOf(file), (disk) => disk.read(file, length, at));
      if (bytes.length === 0) return;
      yield bytes;
      at += bytes.length;
    }
  } finally {
    if (autoClose) await promised.close(file).catch(() => undefined);
  }
}

interface StreamOptions {
  fd?: number;
  start?: number;
  end?: number;
  autoClose?: boolean;
}

const pathOf = (file: number): string => kernel?.disk.pathOf(file) ?? '';

function readAll(disk: Disk, path: string): Buffer {
  const file = disk.open(path, 'r', '');
  try {
    return disk.read(file, 2 ** 30);
  } finally {
    disk.close(file);
  }
}

function writeAll(disk: Disk, path: string, flags: string, text: string): void {
  const file = disk.open(path, flags, maker());
  disk.write(file, Buffer.from(text));
  disk.close(file);
}

type Call = (...words: never[]) => unknown;
type Calls = Record<string, Call>;

/** Has simulated calls take the place of real ones where the path or descriptor is simulated. */
function replace(module: object, calls: Calls, isOurs: (first: unknown) => boolean): void {
  const real = module as Calls;
  for (const [name, simulated] of Object.entries(calls)) {
    const before = real[name] as Call;
    const replaced: Call = (...words) => (isOurs(words[0]) ? simulated : before).apply(module, words);
    real[name] = Object.assign(replaced, before);
  }
}

/** Once, and before the program is loaded, which takes some of these functions by value. */
replace(fs, byPath, isSimulated);
replace(fs, byDescriptor, isDescriptor);
replace(promises, byPathLater, isSimulated);
for (const [name, simulated] of Object.entries(promised) as Array<[string, Call]>) {
  const before = (fs as unknown as Calls)[name] as Call;
  const real = promisify(before as never) as Call;
  const choose: Call = (...words) => (isDescriptor(words[0]) ? simulated : real)(...words);
  (fs as unknown as Calls)[name] = Object.assign((...words: never[]) => before.apply(fs, words), {
    [promisify.custom]: choose,
  });
}
const { createReadStream } = fs;
fs.createReadStream = ((path: string, options: StreamOptions = {}) =>
  isSimulated(path) || isDescriptor(options.fd)
    ? readStream(path, options)
    : createReadStream(path, options as never)) as never;

const { randomBytes, randomUUID } = crypto;
crypto.randomBytes = ((length: number) =>
  kernel?.caller()
    ? Buffer.from(Array.from({ length }, () => Math.floor((kernel?.random() ?? 0) * 256)))
    : randomBytes(length)) as never;
crypto.randomUUID = (() =>
  kernel?.caller()
    ? crypto
        .randomBytes(16)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    : randomUUID()) as never;

const { hostname } = os;
os.hostname = () => kernel?.caller()?.proc('hostname') ?? hostname();
