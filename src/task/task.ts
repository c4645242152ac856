/** What became of a task, in the program's own words. The service's are translated in `api/`. */
export type TaskStatus = 'pending' | 'processing' | 'completed' | 'failed';

/** A finished picture as the service names it: an `http(s)` or `data:` URL. */
export interface RemoteImage {
  url: string;
}

/** What the service told of the price, in hundredths of `currency`. */
export interface Cost {
  currency: string;
  reserved_cents: number | null;
  charged_cents: number | null;
  refunded: boolean;
}

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
