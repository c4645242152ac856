import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptAnswer } from '../api/catalogue.ts';
import type { Dialect } from '../api/routes.ts';
import { makeFolders } from '../disk/folder.ts';
import { isObject, type JsonObject } from '../json.ts';

/** Facts learned from earlier calls of a server: the form of its API, and where its tasks are polled. */
interface ServerFacts {
  dialect?: Dialect | undefined;
  /** With `{id}` in it. */
  statusTemplate?: string | undefined;
  /** Cached answers, by address, with their ETags. */
  answers?: Record<string, KeptAnswer> | undefined;
}

export type ServerMemory = ReturnType<typeof openServerMemory>;

/** Local servers come and go with their ports. */
const mostServers = 50;
/** An answer that is newer by less is not worth writing the file again. */
const newsMs = 60_000;

/** Opens `servers.json` of the state folder. It only saves time: errors in reading or writing are ignored. */
export function openServerMemory(folder: string | undefined) {
  const path = folder && join(folder, 'servers.json');
  let known: Record<string, ServerFacts> | undefined;
  let changed = false;

  const read = (): Record<string, ServerFacts> => (known ??= readServers(path));

  function change(base: string, facts: ServerFacts): void {
    known = { ...read(), [base]: { ...read()[base], ...facts } };
    changed = true;
  }

  return {
    recall: (base: string): ServerFacts => read()[base] ?? {},
    remember(base: string, facts: ServerFacts): void {
      const before = read()[base] ?? {};
      const news = Object.entries(facts).some(([name, value]) => before[name as keyof ServerFacts] !== value);
      if (news) change(base, facts);
    },
    recallAnswer: (base: string, url: string): KeptAnswer | undefined => read()[base]?.answers?.[url],
    keepAnswer(base: string, url: string, answer: KeptAnswer): void {
      const answers = read()[base]?.answers;
      const before = answers?.[url];
      const isSame = before?.text === answer.text && before.etag === answer.etag;
      if (isSame && (answer.at ?? 0) - (before.at ?? 0) < newsMs) return;
      change(base, { answers: { ...answers, [url]: answer } });
    },
    /** Writes changes to disk. */
    save(): void {
      if (!changed || !folder || !path) return;
      changed = false;
      try {
        makeFolders(folder, 0o700);
        const whole = `${path}.${randomBytes(4).toString('hex')}`;
        const newest = Object.entries(read()).slice(-mostServers);
        writeFileSync(whole, JSON.stringify(Object.fromEntries(newest)), { mode: 0o600 });
        renameSync(whole, path);
      } catch {
        // The next run finds out again.
      }
    },
  };
}

function readServers(path: string | undefined): Record<string, ServerFacts> {
  try {
    const parsed: unknown = path ? JSON.parse(readFileSync(path, 'utf8')) : {};
    const entries = isObject(parsed) ? Object.entries(parsed) : [];
    return Object.fromEntries(entries.map(([base, facts]) => [base, checked(facts)]));
  } catch {
    return {};
  }
}

function checked(facts: unknown): ServerFacts {
  if (!isObject(facts)) return {};
  const { dialect, statusTemplate, answers } = facts;
  return {
    ...((dialect === 'guide' || dialect === 'service') && { dialect }),
    ...(typeof statusTemplate === 'string' && URL.canParse(statusTemplate) && { statusTemplate }),
    ...(isObject(answers) && { answers: Object.fromEntries(Object.entries(answers).filter(isAnswer)) }),
  };
}

function isAnswer(entry: [string, unknown]): entry is [string, KeptAnswer & JsonObject] {
  const [, answer] = entry;
  return isObject(answer) && typeof answer.etag === 'string' && typeof answer.text === 'string';
}
