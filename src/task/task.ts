import type { output } from 'zod/mini';
import type { cost } from './cost-schema.ts';

/** The states of a task, in the program's own words. The service's are translated in `api/`. */
export const taskStatuses = ['pending', 'processing', 'completed', 'failed'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** A finished picture as the service names it: an `http(s)` or `data:` URL. */
export interface RemoteImage {
  url: string;
}

export type Cost = output<typeof cost>;

export interface Task {
  id: string;
  status: TaskStatus;
  images: RemoteImage[];
  /** Why it failed, in the service's words. */
  reason: string | null;
  /** The seed that it was made with, where the service tells. */
  seed?: number | undefined;
  cost: Cost | null;
}

export function hasEnded(task: Pick<Task, 'status'>): boolean {
  return task.status === 'completed' || task.status === 'failed';
}

/** Task ids are opaque; anything else than these characters is refused before a request is made. */
export function isTaskId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text);
}
