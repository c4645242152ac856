import { hash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { exactOptional, gte, int, nullable, number, object, type output, regex, string } from 'zod/mini';
import { nodeFiles } from '../../disk/files.ts';
import { createTempFile } from '../../disk/temp-file.ts';
import { invalid } from '../../errors.ts';
import { parseJson } from '../../json.ts';
import { slotOfFile } from './outputs.ts';

const lockLine = object({
  /** From the folder of the lock file, with `/` between folders. */
  output: string().check(regex(/^(?!\/)(?!.*(^|\/)\.\.\/)[^\\]+$/)),
  /** Of a task with several pictures: which one this is, from 2, and the output of the first, without extension. */
  picture: exactOptional(int().check(gte(2))),
  of: exactOptional(string()),
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

/** A line of a lock file: one picture that was bought for an output. */
export type LockLine = output<typeof lockLine>;

/** By the outputs that they were bought for. */
type Lines = Map<string, LockLine[]>;

/** A lock file. */
export type Lock = Awaited<ReturnType<typeof openLock>>;

/** Reads the lock file at `path`, if there is one, over one that it builds on. Throws `validation`. */
export async function openLock(path: string, below?: string) {
  const inherited: Lines = new Map();
  if (below !== undefined) await readLock(below, inherited);
  const own: Lines = new Map();
  let saved = await readLock(path, own);
  let changes = 1;
  let savedChanges = 0;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    if (savedChanges === changes) return;
    const upTo = changes;
    const sorted = allOf(own).sort((a, b) => (a.output < b.output ? -1 : 1)); // two branches rarely change the same line
    const text = sorted.map((line) => `${JSON.stringify(line)}\n`).join('');
    if (text !== saved) await replaceWhole(path, text);
    [saved, savedChanges] = [text, upTo];
  }

  return {
    /** Returns the pictures bought for an output; of several tasks, as a merge leaves them, those of that request. */
    find: (slot: string, hash: string): LockLine[] => newest(own.get(slot) ?? inherited.get(slot) ?? [], hash),
    lines: (): LockLine[] => allOf(new Map([...inherited, ...own])),
    /** Replaces the lines of one output, in memory. */
    set(slot: string, lines: LockLine[]): void {
      own.set(slot, lines);
      changes += 1;
    },
    /** Adds a line of another lock file, in memory. */
    add(line: LockLine): void {
      push(own, line);
      changes += 1;
    },
    /** Removes a line, in memory. */
    forget(gone: LockLine): void {
      const lines = own.get(slotOf(gone)) ?? [];
      own.set(
        slotOf(gone),
        lines.filter(({ output }) => output !== gone.output),
      );
      changes += 1;
    },
    /** Writes the file where it has changed. Callers who come while it is written share the next writing. */
    save(): Promise<void> {
      writing = writing.catch(() => undefined).then(write);
      return writing;
    },
  };
}

/** Names the output that a line belongs to. */
export function slotOf({ output, of }: LockLine): string {
  return of ?? slotOfFile(output);
}

function allOf(lines: Lines): LockLine[] {
  return [...lines.values()].flatMap((each) => newest(each));
}

/** The pictures of one task: of the last that was bought for the request, or of the last. */
function newest(lines: LockLine[], hash?: string): LockLine[] {
  if (lines.length < 2) return lines;
  const last = lines.findLast(({ request }) => request === hash) ?? lines.at(-1);
  const same = lines.filter(({ task, request }) => task === last?.task && request === last.request);
  return Object.values(Object.fromEntries(same.map((line) => [line.picture ?? 1, line]))); // numbers: in their order
}

/** Returns the file's text; none where it does not exist. */
async function readLock(path: string, found: Lines): Promise<string> {
  const text = (await nodeFiles.read(path)) ?? '';
  for (const [index, typed] of text.split('\n').entries()) {
    const written = typed.trim();
    if (written === '') continue;
    const { data } = lockLine.safeParse(parseJson(written));
    const where = `${basename(path)} line ${index + 1}`;
    if (data) push(found, data);
    else if (/^(<{7}|={7}|>{7}|\|{7})/.test(written))
      throw invalid(
        `${where} is the mark of a merge conflict`,
        'Keep the lines of both sides and delete the marks; the next run with --lock chooses among them',
      );
    else
      throw invalid(
        `${where} is not a line of a lock file`,
        'Restore the file from version control: it says what was bought',
      );
  }
  return text;
}

function push(lines: Lines, line: LockLine): void {
  const before = lines.get(slotOf(line));
  if (before) before.push(line);
  else lines.set(slotOf(line), [line]);
}

/** The old file or the new one, never a part: whatever kills the process. What a killed one left is removed. */
async function replaceWhole(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.runapi-imagen-${hash('sha256', path).slice(0, 12)}.part`);
  await nodeFiles.remove(temporary);
  const temp = await createTempFile(dirname(path), temporary);
  try {
    await temp.write(Buffer.from(text));
    await temp.finish();
    await temp.place(path, true);
  } finally {
    await temp.remove();
  }
}
