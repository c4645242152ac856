import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isObject, parseJson } from '../json.ts';
import { isTaskId } from '../task/task.ts';

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
  const files = ['runs', 'done'].flatMap((name) => or([], () => filesIn(join(folder, name))));
  // A run's file begins with the time of its making.
  const newest = files.sort((a, b) => (basename(a) < basename(b) ? 1 : -1)).slice(0, mostFiles);
  const found = new Map<string, RecentTask>();
  for (const task of newest.flatMap((path) => tasksIn(or('', () => endOf(path))).reverse()))
    if (found.size < most && !found.has(task.id)) found.set(task.id, task);
  return [...found.values()];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => (name.endsWith('.jsonl') ? join(folder, name) : []));
}

function tasksIn(text: string): RecentTask[] {
  const prompts = new Map<unknown, string>();
  const tasks: RecentTask[] = [];
  for (const line of text.split('\n')) {
    const event = /^\{"event":"(intended|accepted)"/.test(line) ? parseJson(line) : undefined;
    if (!isObject(event)) continue; // torn, or cut at the beginning
    const { key, id, request } = event;
    if (isObject(request) && typeof request.prompt === 'string') prompts.set(key, request.prompt);
    if (typeof id === 'string' && isTaskId(id)) tasks.push({ id, prompt: prompts.get(key) ?? '' });
  }
  return tasks;
}

function endOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, mostBytes));
    readSync(file, end, 0, end.length, size - end.length);
    return end.toString('utf8');
  } finally {
    closeSync(file);
  }
}

function or<Value>(otherwise: Value, read: () => Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
