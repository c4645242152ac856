import type { ImageRequest } from '../request/request.ts';
import type { Target } from '../request/target.ts';
import type { Cost, RemoteImage } from '../task/task.ts';

/** The version of the format. A file of a newer one is left alone. */
export const formatVersion = 1;

export type { Target };

/** The row of a batch file that a task belongs to. */
export interface BatchRow {
  /** Names the file and its settings: the same file run again has the same. */
  batch: string;
  row: number;
  /** Names the task within the batch by what it asks for. */
  key: string;
  id?: string | undefined;
}

/** A server: its address, or this program's own sandbox, which lives and dies with the process. */
export interface Server {
  base: string;
  sandbox: boolean;
}

export interface SavedFile {
  path: string;
  bytes: number;
  mime: string;
  width: number;
  height: number;
  sha256: string;
}

/** How a task came to its end: no later run has anything to do for it. */
export type Ending = 'saved' | 'kept' | 'failed' | 'refused' | 'given-up' | 'expired';

/** What happened to one task. `key` is its idempotency key, `at` milliseconds since 1970. */
export type Event =
  | {
      event: 'intended';
      key: string;
      at: number;
      server: Server;
      request: ImageRequest;
      target: Target;
      row?: BatchRow;
    }
  | {
      event: 'accepted';
      key: string;
      at: number;
      id: string;
      dialect: 'guide' | 'service';
      statusUrl?: string | undefined;
      replayed: boolean;
      cost: Cost | null;
    }
  | { event: 'let-go'; key: string; at: number }
  | { event: 'retargeted'; key: string; at: number; target: Target }
  | {
      event: 'completed';
      key: string;
      at: number;
      images: RemoteImage[];
      cost: Cost | null;
    }
  /** A temporary file of this name is about to be made. */
  | { event: 'temporary'; key: string; at: number; path: string }
  | {
      event: 'saving';
      key: string;
      at: number;
      index: number;
      path: string;
      sha256: string;
    }
  | { event: 'saved'; key: string; at: number; index: number; file: SavedFile }
  | {
      event: 'ended';
      key: string;
      at: number;
      how: Ending;
      /** Of the failure, where it was one. */
      code?: string | undefined;
      message?: string | undefined;
      /** What was told of the price of a task that failed. */
      cost?: Cost | null | undefined;
    };
