import { constants } from 'node:fs';

/** A file or folder, whatever names it has. */
interface Node {
  ino: number;
  /** Undefined for a file. */
  names: Map<string, Node> | undefined;
  content: Buffer;
  links: number;
  /** Milliseconds since 1970, by the clock of the disk. */
  writtenAt: number;
  maker: string;
}

interface OpenFile {
  path: string;
  node: Node;
  appends: boolean;
  position: number;
}

/** What stat(2) tells, as far as the program asks. */
export type Facts = ReturnType<typeof factsOf>;

/** A disk in memory that behaves as a POSIX file system. Each method is one call; errors are Node's. */
export type Disk = ReturnType<typeof createDisk>;

/** Descriptors of this disk are above those of the real one. */
export const firstDescriptor = 1_000_000;

/** @param now the disk's own clock; it ticks every 4 ms, as that of Linux does */
export function createDisk(now: () => number, { hasLinks = true } = {}) {
  let nodes = 0;
  let descriptors = firstDescriptor;
  const root = newNode('folder', 'nobody');
  const open = new Map<number, OpenFile>();

  function newNode(kind: 'file' | 'folder', maker: string): Node {
    const names = kind === 'folder' ? new Map<string, Node>() : undefined;
    return { ino: ++nodes, names, content: Buffer.alloc(0), links: 1, writtenAt: tick(), maker };
  }

  function tick(): number {
    return Math.floor(now() / 4) * 4;
  }

  function find(path: string): Node | undefined {
    let node: Node | undefined = root;
    for (const name of path.split('/').filter(Boolean)) {
      if (node && !node.names) throw failure('ENOTDIR', path);
      node = node?.names?.get(name);
    }
    return node;
  }

  function existing(path: string): Node {
    const node = find(path);
    if (!node) throw failure('ENOENT', path);
    return node;
  }

  function parentOf(path: string): { folder: Node & { names: Map<string, Node> }; name: string } {
    const at = path.lastIndexOf('/');
    const folder = existing(path.slice(0, at));
    if (!folder.names) throw failure('ENOTDIR', path);
    return { folder: folder as Node & { names: Map<string, Node> }, name: path.slice(at + 1) };
  }

  function put(path: string, node: Node): void {
    const { folder, name } = parentOf(path);
    folder.names.set(name, node);
    folder.writtenAt = tick();
  }

  function take(path: string): Node {
    const node = existing(path);
    const { folder, name } = parentOf(path);
    folder.names.delete(name);
    folder.writtenAt = tick();
    node.links -= 1;
    return node;
  }

  function opened(descriptor: number): OpenFile {
    const file = open.get(descriptor);
    if (!file) throw failure('EBADF', String(descriptor));
    return file;
  }

  function setContent(node: Node, content: Buffer): void {
    node.content = content;
    node.writtenAt = tick();
  }

  return {
    open(path: string, flags: string | number, maker: string): number {
      const appends = flags === (constants.O_RDWR | constants.O_APPEND);
      const mode = typeof flags === 'string' ? flags : 'r';
      let node = find(path);
      if (!node && mode.startsWith('r')) throw failure('ENOENT', path);
      if (node && mode.includes('x')) throw failure('EEXIST', path);
      if (node?.names && !mode.startsWith('r')) throw failure('EISDIR', path);
      if (!node) {
        node = newNode('file', maker);
        put(path, node);
      }
      if (mode.startsWith('w')) setContent(node, Buffer.alloc(0));
      const descriptor = ++descriptors;
      open.set(descriptor, { path, node, appends: appends || mode.startsWith('a'), position: 0 });
      return descriptor;
    },
    close(descriptor: number): void {
      opened(descriptor);
      open.delete(descriptor);
    },
    stat: (path: string): Facts | undefined => {
      const node = find(path);
      return node && factsOf(node);
    },
    fstat: (descriptor: number): Facts => factsOf(opened(descriptor).node),
    /** The file that was opened under this name last. */
    openedAs(path: string): Facts | undefined {
      const file = [...open.values()].findLast((each) => each.path === path);
      return file && factsOf(file.node);
    },
    pathOf: (descriptor: number): string => open.get(descriptor)?.path ?? '',
    makerOf: (path: string): string | undefined => find(path)?.maker,
    read(descriptor: number, length: number, position?: number | null): Buffer {
      const file = opened(descriptor);
      if (file.node.names) throw failure('EISDIR', file.path);
      const from = position ?? file.position;
      const bytes = file.node.content.subarray(from, from + length);
      if (position === undefined || position === null) file.position += bytes.length;
      return Buffer.from(bytes);
    },
    write(descriptor: number, bytes: Uint8Array): number {
      const file = opened(descriptor);
      const before = file.node.content;
      const at = file.appends ? before.length : file.position;
      const gap = Buffer.alloc(Math.max(0, at - before.length));
      setContent(file.node, Buffer.concat([before.subarray(0, at), gap, bytes, before.subarray(at + bytes.length)]));
      file.position = at + bytes.length;
      return bytes.length;
    },
    truncate(descriptor: number, length: number): void {
      const { node } = opened(descriptor);
      setContent(node, Buffer.from(node.content.subarray(0, length)));
    },
    makeFolder(path: string): void {
      if (find(path)) throw failure('EEXIST', path);
      put(path, newNode('folder', 'nobody'));
    },
    list(path: string): string[] {
      const { names } = existing(path);
      if (!names) throw failure('ENOTDIR', path);
      return [...names.keys()];
    },
    rename(from: string, to: string): void {
      const node = existing(from);
      parentOf(to);
      const other = find(to);
      if (other === node) return;
      if (other?.names?.size) throw failure('ENOTEMPTY', to);
      if (other) take(to);
      take(from);
      node.links += 1;
      put(to, node);
    },
    link(from: string, to: string): void {
      if (!hasLinks) throw failure('EPERM', to);
      const node = existing(from);
      if (find(to)) throw failure('EEXIST', to);
      put(to, node);
      node.links += 1;
    },
    unlink(path: string): void {
      if (existing(path).names) throw failure('EISDIR', path);
      take(path);
    },
    /** With what is in it. */
    removeFolder(path: string): void {
      if (find(path)) take(path);
    },
    /** The content of a file; undefined where there is none. For whoever checks the world. */
    contentOf: (path: string): Buffer | undefined => find(path)?.content,
  };
}

function factsOf({ ino, names, content, links, writtenAt }: Node) {
  return {
    ino,
    dev: 1,
    size: content.length,
    nlink: links,
    mode: names ? 0o40_700 : 0o100_600,
    uid: 0,
    gid: 0,
    mtimeMs: writtenAt,
    mtimeNs: BigInt(writtenAt) * 1_000_000n,
    isFile: () => !names,
    isDirectory: () => names !== undefined,
    isSymbolicLink: () => false,
    isFIFO: () => false,
    isCharacterDevice: () => false,
    isBlockDevice: () => false,
    isSocket: () => false,
  };
}

/** What a call does to the disk, for the faults that may happen to it. */
export type CallKind = 'read' | 'open' | 'write' | 'remove' | 'flush' | 'close';

/** Who makes the calls of this moment. */
export interface Caller {
  name: string;
  /** Makes a call on the disk. */
  call<Value>(kind: CallKind, path: string, act: () => Value): Value;
  callLater<Value>(kind: CallKind, path: string, act: () => Value): Promise<Value>;
  /** Writes at once. What a process writes in the moment in which it is stopped comes when it is continued. */
  write(path: string, bytes: Uint8Array, act: (part: Uint8Array) => number, isOpen: () => boolean): number;
  /** Reads a file of /proc, or the name of the machine. */
  proc(path: string): string;
}

/** An error as Node's file system throws it. */
export function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
