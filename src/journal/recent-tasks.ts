import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isTaskId } from '../task/task-id.ts';

export interface RecentTask {
  id: string;
  prompt: string;
}

const mostFiles = 10;
const mostBytes = 128 * 1024;

/**
 * The newest tasks of the record, newest first: only the ends of the newest files are read, and only for the words
 * that a shell offers. What cannot be read is passed over.
 */
export function recentTasks(folder: string, most: number): RecentTask[] {
  const files = ['runs', 'done'].flatMap((name) => filesIn(join(folder, name)));
  const newest = files.sort((a, b) => (a.name < b.name ? 1 : -1)).slice(0, mostFiles);
  const found = new Map<string, RecentTask>();
  for (const { path } of newest) {
    for (const task of tasksIn(path).reverse()) {
      if (found.size < most && !found.has(task.id)) found.set(task.id, task);
    }
  }
  return [...found.values()];
}

/** A run's file begins with the time of its making. */
function filesIn(folder: string): Array<{ name: string; path: string }> {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => ({ name, path: join(folder, name) }));
  } catch {
    return [];
  }
}

function tasksIn(path: string): RecentTask[] {
  const prompts = new Map<unknown, string>();
  const tasks: RecentTask[] = [];
  for (const line of endOf(path).split('\n')) {
    const event = /^\{"event":"(intended|accepted)"/.test(line) ? parsed(line) : {};
    const { key, id, request } = event as { key?: unknown; id?: unknown; request?: { prompt?: unknown } };
    if (typeof request?.prompt === 'string') prompts.set(key, request.prompt);
    if (typeof id === 'string' && isTaskId(id)) tasks.push({ id, prompt: prompts.get(key) ?? '' });
  }
  return tasks;
}

function parsed(line: string): object {
  try {
    return JSON.parse(line) as object;
  } catch {
    return {}; // torn, or cut at the beginning
  }
}

function endOf(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const end = Buffer.alloc(Math.min(size, mostBytes));
      readSync(file, end, 0, end.length, size - end.length);
      return end.toString('utf8');
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
