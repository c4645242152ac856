import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { nullable, number, object, type output, regex, string } from 'zod/mini';
import type { Files } from '../../disk/files.ts';
import { createTempFile } from '../../disk/temp-file.ts';
import { invalid } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import { slotOfFile } from './outputs.ts';

const lockLine = object({
  /** From the folder of the lock file, with `/` between folders. */
  output: string().check(regex(/^(?!\/)(?!.*(^|\/)\.\.\/)[^\\]+$/)),
  /** Names what was asked for. */
  request: string(),
  server: string(),
  task: string(),
  sha256: string().check(regex(/^[0-9a-f]{64}$/)),
  bytes: number(),
  cost: nullable(object({ currency: string(), cents: number() })),
  /** When the picture was bought, in UTC. */
  day: string(),
});

/** A line of a lock file: what was bought for one output. */
export type LockLine = output<typeof lockLine>;

/** A lock file. */
export interface Lock {
  /** Returns what was bought for an output; of several lines, as a merge leaves them, the one of that request. */
  find(slot: string, hash: string): LockLine | undefined;
  lines(): LockLine[];
  /** On disk when it resolves. */
  set(line: LockLine): Promise<void>;
  forget(line: LockLine): void;
  /** Writes the file where it has changed. */
  save(): Promise<void>;
}

/** Reads the lock file at `path`, if there is one, over those that it builds on. Throws `validation`. */
export async function openLock(files: Files, path: string, below: readonly string[] = []): Promise<Lock> {
  const inherited = new Map<string, LockLine[]>();
  for (const other of below) await readLock(files, other, inherited);
  const own = new Map<string, LockLine[]>();
  const known = await readLock(files, path, own);
  let saved = known;
  let writing: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  /** Callers who come while the file is written share the next writing. */
  function save(): Promise<void> {
    if (!writing) {
      writing = write().finally(() => {
        writing = undefined;
      });
      return writing;
    }
    following ??= writing
      .catch(() => undefined)
      .then(() => {
        following = undefined;
        return save();
      });
    return following;
  }

  async function write(): Promise<void> {
    const text = textOf([...own.values()].flatMap((lines) => lines.at(-1) ?? []));
    if (text === (saved ?? '')) return;
    await replaceWhole(files, path, text);
    saved = text;
  }

  return {
    find: (slot, hash) => best(own.get(slot) ?? inherited.get(slot) ?? [], hash),
    lines: () => [...new Map([...inherited, ...own]).values()].flatMap((lines) => lines.at(-1) ?? []),
    async set(line) {
      own.set(slotOfFile(line.output), [line]);
      await save();
    },
    forget: ({ output: gone }) => void own.delete(slotOfFile(gone)),
    save,
  };
}

function best(lines: readonly LockLine[], hash: string): LockLine | undefined {
  return lines.findLast(({ request }) => request === hash) ?? lines.at(-1);
}

/** Returns the file's text; undefined where there is none. */
async function readLock(files: Files, path: string, found: Map<string, LockLine[]>): Promise<string | undefined> {
  const text = await files.read(path);
  for (const [index, typed] of (text ?? '').split('\n').entries()) {
    const written = typed.trim();
    if (written === '') continue;
    const read = lockLine.safeParse(parseJson(written));
    if (!read.success) throw damaged(basename(path), index + 1, written);
    const slot = slotOfFile(read.data.output);
    found.set(slot, [...(found.get(slot) ?? []), read.data]);
  }
  return text;
}

function damaged(name: string, line: number, written: string): Error {
  const isConflict = /^(<{7}|={7}|>{7}|\|{7})/.test(written);
  return invalid(
    `${name} line ${line} ${isConflict ? 'is the mark of a merge conflict' : 'is not a line of a lock file'}`,
    isConflict
      ? 'Keep the lines of both sides and delete the marks; the next run with --lock chooses among them'
      : 'Restore the file from version control: it says what was bought',
  );
}

/** One line each, sorted, so that two branches rarely change the same one. */
function textOf(lines: readonly LockLine[]): string {
  return [...lines]
    .sort((a, b) => (a.output < b.output ? -1 : 1))
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

/** The old file or the new one, never a part: whatever kills the process. What a killed one left is removed. */
async function replaceWhole(files: Files, path: string, text: string): Promise<void> {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const temporary = join(dirname(path), `.runapi-imagen-${name}.part`);
  await files.remove(temporary);
  const temp = await createTempFile(dirname(path), temporary);
  try {
    await temp.write(Buffer.from(text));
    await temp.finish();
    await temp.place(path, true);
  } finally {
    await temp.remove();
  }
}
